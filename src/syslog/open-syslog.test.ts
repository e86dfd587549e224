import { afterEach, describe, expect, it } from "vitest"
import { freePort } from "../../test/free-port.ts"
import { makeCertificate, openRawServer } from "../../test/smtp-inbox.ts"
import { messageOf, openTcpServer, openUdpServer, type SyslogServer } from "../../test/syslog-server.ts"
import { openSyslog, type Syslog, type SyslogOptions } from "./open-syslog.ts"
import type { SyslogMessage } from "./syslog-message.ts"

const trusted = makeCertificate("IP:127.0.0.1,DNS:localhost")
const otherHost = makeCertificate("DNS:log.example.com")
const at = Date.UTC(2026, 10, 21)

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function listening<Server extends { close(): Promise<void> }>(opening: Promise<Server>): Promise<Server> {
  const server = await opening
  open.push(server)
  return server
}

function sender(url: string, options: SyslogOptions = {}): Syslog {
  const syslog = openSyslog(url, options)
  open.push(syslog)
  return syslog
}

const message = (text: string): SyslogMessage => ({ at, severity: "notice", kind: "test", data: {}, text })
const failed = { name: "LinklatchError", code: "outlet_failed" }

describe("openSyslog", () => {
  it.each([
    ["udp", () => openUdpServer()],
    ["tcp", () => openTcpServer()],
    ["tls", () => openTcpServer(trusted)],
  ])("sends over %s", async (_transport, start) => {
    const server = await listening<SyslogServer>(start())
    const syslog = sender(server.url, { ca: trusted.cert })
    await syslog.send(message("one — ü"))
    expect(await messageOf(server)).toMatch(/^<109>1 2026-11-21T00:00:00.000Z \S+ linklatch \d+ test - \uFEFFone — ü$/)
  })

  it("sends a thousand at once over one connection, in their order", async () => {
    const server = await listening(openTcpServer())
    const syslog = sender(server.url)
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => syslog.send(message(`number ${index}`))))
    expect(await messageOf(server, 999)).toMatch(/ number 999$/)
    expect(server.messages.every((text, index) => text.endsWith(` number ${index}`))).toBe(true)
    expect(server.connections()).toBe(1)
  })

  it("sends what is under way before it hangs up", async () => {
    const server = await listening(openTcpServer())
    const syslog = openSyslog(server.url)
    const sent = syslog.send(message("x".repeat(500_000)))
    await syslog.close()
    await sent
    expect(await messageOf(server)).toMatch(/ x{500000}$/)
  })

  it("notices that the server hung up, and loses nothing to it", async () => {
    const server = await listening(openTcpServer())
    const syslog = sender(server.url)
    await syslog.send(message("before"))
    await messageOf(server)
    server.hangUp()
    // Both ends are gone once we have noticed.
    await expect.poll(() => process.getActiveResourcesInfo()).not.toContain("TCPSocketWrap")
    await syslog.send(message("after"))
    expect(await messageOf(server, 1)).toMatch(/ after$/)
    expect(server.connections()).toBe(2)
  })

  it.each(["tcp", "tls"])("says so where nobody listens, over %s", async (transport) => {
    const syslog = sender(`${transport}://127.0.0.1:${await freePort()}`)
    await expect(syslog.send(message("lost"))).rejects.toMatchObject({ ...failed, cause: { code: "ECONNREFUSED" } })
  })

  it("says with the next message that nobody listens, over udp", async () => {
    const syslog = sender(`udp://127.0.0.1:${await freePort()}`)
    await expect
      .poll(() =>
        syslog.send(message("lost")).then(
          () => "sent",
          (error: unknown) => error,
        ),
      )
      .toMatchObject({ ...failed, cause: { code: "ECONNREFUSED" } })
  })

  it("sends again once somebody listens, over udp", async () => {
    const port = await freePort()
    const syslog = sender(`udp://127.0.0.1:${port}`)
    const send = () =>
      syslog.send(message("again")).then(
        () => "sent",
        () => "failed",
      )
    await expect.poll(send).toBe("failed")
    const server = await listening(openUdpServer(port))
    await expect.poll(send).toBe("sent")
    expect(await messageOf(server)).toMatch(/ again$/)
  })

  it("says so where a message is larger than a datagram", async () => {
    const server = await listening(openUdpServer())
    const sent = sender(server.url).send(message("x".repeat(70_000)))
    await expect(sent).rejects.toMatchObject({ ...failed, cause: { code: "EMSGSIZE" } })
  })

  it("says so where the name can't be found", async () => {
    const sent = sender("udp://nowhere.invalid").send(message("lost"))
    await expect(sent).rejects.toMatchObject(failed)
  })

  it.each([
    { what: "that nobody vouches for", certificate: trusted, ca: undefined },
    { what: "of another host", certificate: otherHost, ca: otherHost.cert },
  ])("sends nothing to a certificate $what", async ({ certificate, ca }) => {
    const server = await listening(openTcpServer(certificate))
    await expect(sender(server.url, { ca }).send(message("lost"))).rejects.toMatchObject(failed)
    expect(server.messages).toHaveLength(0)
  })

  it("gives up on a server that accepts and takes nothing", async () => {
    const server = await listening(openRawServer((socket) => void socket.pause()))
    const syslog = sender(`tcp://127.0.0.1:${server.port}`, { timeout: 200 })
    const sent = syslog.send(message("x".repeat(20_000_000)))
    await expect(sent).rejects.toMatchObject(failed)
  })

  it("gives up on a server that never finishes its TLS", async () => {
    const server = await listening(openRawServer((socket) => void socket.pause()))
    const sent = sender(`tls://127.0.0.1:${server.port}`, { timeout: 200 }).send(message("lost"))
    await expect(sent).rejects.toMatchObject({ ...failed, cause: { message: expect.stringContaining("in time") } })
  })

  it("refuses an address of something else, with the cure", () => {
    expect(() => openSyslog("https://user:hunter2@log.example.com")).toThrow(/tls:\/\/host:6514/)
    expect(() => openSyslog("https://user:hunter2@log.example.com")).not.toThrow(/hunter2/)
  })
})
