import { afterEach, expect, it } from "vitest"
import { sampleLog } from "../../test/sample-log.ts"
import { makeCertificate } from "../../test/smtp-inbox.ts"
import { messageOf, openTcpServer, openUdpServer, type SyslogServer } from "../../test/syslog-server.ts"
import { syslogOutlet } from "./syslog-outlet.ts"

const log = sampleLog()
const certificate = makeCertificate("IP:127.0.0.1")

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

it.each([
  ["udp", () => openUdpServer()],
  ["tcp", () => openTcpServer()],
  ["tls", () => openTcpServer(certificate)],
])("sends each checkpoint as one message over %s, with the whole note in it", async (_transport, start) => {
  const server: SyslogServer = await start()
  open.push(server)
  const outlet = syslogOutlet(server.url, { ca: certificate.cert })
  open.push(outlet)
  for (const size of [300, 301]) {
    const outcome = await outlet.publish(await log.checkpoint(size), log.prover(size))
    expect(outcome).toEqual({ cosigned: null })
  }
  for (const [index, size] of [300, 301].entries()) {
    const { note } = await log.checkpoint(size)
    const [, , root] = note.split("\n")
    const message = await messageOf(server, index)
    expect(message).toMatch(/^<109>1 2026-11-21T00:00:00\.30[01]Z \S+ linklatch \d+ checkpoint \[/)
    expect(message).toContain(`[checkpoint@32473 origin="example.com/auth/log" size="${size}" root="${root}"] {`)
    expect(message).toMatch(/^[ -~]*$/)
    expect(JSON.parse(message.slice(message.indexOf("] {") + 2))).toEqual({ note })
  }
  expect(await outlet.latest(log.origin)).toBeNull()
})

it("says where it sends to, without more", () => {
  expect(syslogOutlet("tls://log.example.com").name).toBe("syslog log.example.com")
})

it("refuses what is no syslog server", () => {
  expect(() => syslogOutlet("https://log.example.com")).toThrow(
    expect.objectContaining({ code: "invalid_configuration" }),
  )
})
