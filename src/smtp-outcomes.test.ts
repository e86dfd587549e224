import type { Socket } from "node:net"
import type { SMTPServerOptions } from "smtp-server"
import { afterEach, describe, expect, it } from "vitest"
import { openRawServer, openSmtpInbox } from "../test/smtp-inbox.ts"
import type { Address } from "./core/addresses/canonical-address.ts"
import { LinklatchError } from "./core/fault.ts"
import { smtp } from "./smtp.ts"

const from = "Example <login@example.com>"
const message = { to: "ada@example.com" as Address, subject: "s", text: "t", html: "<p>h", link: "l", code: "c" }
const context = { idempotencyKey: "attempt-1", signal: new AbortController().signal }

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function connect(options: SMTPServerOptions, user = "") {
  const inbox = await openSmtpInbox(options)
  const transport = smtp({ url: `smtp://${user}127.0.0.1:${inbox.port}`, from })
  open.push(inbox, transport)
  return { inbox, transport }
}

async function connectRaw(onConnect: (socket: Socket) => void) {
  const server = await openRawServer(onConnect)
  const transport = smtp({ url: `smtp://127.0.0.1:${server.port}`, from })
  open.push(server, transport)
  return transport
}

const refusal = (responseCode: number) => Object.assign(new Error("ada@example.com is not wanted"), { responseCode })

describe("what a mail server answers", () => {
  it.each([
    { reply: 421, isPermanent: false },
    { reply: 450, isPermanent: false },
    { reply: 452, isPermanent: false },
    { reply: 550, isPermanent: true },
    { reply: 552, isPermanent: true },
    { reply: 554, isPermanent: true },
  ])("to RCPT with $reply: permanent $isPermanent (EML-10)", async ({ reply, isPermanent }) => {
    const { transport, inbox } = await connect({ onRcptTo: (_address, _session, callback) => callback(refusal(reply)) })
    expect(await transport.send(message, context)).toEqual({ status: "failed", isPermanent, reason: `smtp_${reply}` })
    expect(inbox.deliveries).toHaveLength(0)
  })

  it.each([
    { reply: 451, isPermanent: false },
    { reply: 552, isPermanent: true },
  ])("after DATA with $reply: permanent $isPermanent (EML-10)", async ({ reply, isPermanent }) => {
    const { transport } = await connect({
      onData: (stream, _session, callback) => stream.on("end", () => callback(refusal(reply))).resume(),
    })
    expect(await transport.send(message, context)).toEqual({ status: "failed", isPermanent, reason: `smtp_${reply}` })
  })

  it("with a refusal, and takes the next message all the same", async () => {
    let asked = 0
    const { transport, inbox } = await connect({
      onRcptTo: (_address, _session, callback) => (++asked === 1 ? callback(refusal(550)) : callback()),
    })
    await transport.send(message, context)
    expect(await transport.send(message, context)).toEqual({ status: "sent" })
    expect(inbox.deliveries).toHaveLength(1)
  })

  it("with 554 for a greeting doesn't count against the person", async () => {
    const transport = await connectRaw((socket) => socket.end("554 no service\r\n"))
    expect(await transport.send(message, context)).toEqual({ status: "failed", isPermanent: false, reason: "smtp_554" })
  })

  it("to a wrong password doesn't count against the person, and the mail goes once it is mended", async () => {
    const { transport, inbox } = await connect(withUser("operator", "p@ss/word"), "operator:wrong@")
    expect(await transport.send(message, context)).toEqual({
      status: "failed",
      isPermanent: false,
      reason: "smtp_auth",
    })
    const mended = smtp({ url: `smtp://operator:p%40ss%2Fword@127.0.0.1:${inbox.port}`, from })
    open.push(mended)
    expect(await mended.send(message, context)).toEqual({ status: "sent" })
  })

  it("where it takes no password, though we have one, isn't mail without it", async () => {
    const { transport, inbox } = await connect({ disabledCommands: ["AUTH"] }, "operator:secret@")
    expect(await transport.send(message, context)).toEqual({
      status: "failed",
      isPermanent: false,
      reason: "smtp_auth",
    })
    expect(inbox.deliveries).toHaveLength(0)
  })

  it("to mail without the password that it wants doesn't count against the person", async () => {
    const { transport } = await connect({ ...withUser("operator", "secret"), authOptional: false })
    expect(await transport.send(message, context)).toEqual({
      status: "failed",
      isPermanent: false,
      reason: "smtp_auth",
    })
  })
})

describe("a mail server that doesn't answer", () => {
  it("on a connection that it had closed unseen gets the mail over a new one", async () => {
    let connections = 0
    const transport = await connectRaw((socket) => {
      connections++
      converse(socket, () => {
        socket.write("250 taken\r\n")
        socket.removeAllListeners("data").on("data", () => socket.destroy())
      })
    })
    expect(await transport.send(message, context)).toEqual({ status: "sent" })
    expect(await transport.send(message, context)).toEqual({ status: "sent" })
    expect(connections).toBe(2)
  })

  it("by hanging up after DATA leaves the mail to be tried again, and sends it once only", async () => {
    let accepted = 0
    const transport = await connectRaw((socket) =>
      converse(socket, () => {
        accepted++
        socket.destroy()
      }),
    )
    expect(await transport.send(message, context)).toEqual({
      status: "failed",
      isPermanent: false,
      reason: "connection",
    })
    expect(accepted).toBe(1)
  })

  it.each([
    { when: "before the greeting", hang: (_socket: Socket, endLease: () => void) => endLease() },
    { when: "after DATA", hang: converse },
  ])("$when is left when the lease runs out", async ({ hang }) => {
    const lease = new AbortController()
    const transport = await connectRaw((socket) => hang(socket, () => lease.abort()))
    const outcome = await transport.send(message, { ...context, signal: lease.signal })
    expect(outcome).toEqual({ status: "failed", isPermanent: false, reason: "timeout" })
  })

  it("because nobody listens there leaves the mail to be tried again", async () => {
    const server = await openRawServer(() => undefined)
    await server.close()
    const transport = smtp({ url: `smtp://127.0.0.1:${server.port}`, from })
    open.push(transport)
    expect(await transport.send(message, context)).toEqual({
      status: "failed",
      isPermanent: false,
      reason: "connection",
    })
  })

  it("is not asked at all once the lease has run out", async () => {
    const { transport, inbox } = await connect({})
    const outcome = await transport.send(message, { ...context, signal: AbortSignal.abort() })
    expect(outcome).toEqual({ status: "failed", isPermanent: false, reason: "timeout" })
    expect(inbox.deliveries).toHaveLength(0)
  })
})

describe("verify", () => {
  it("resolves where the server takes our password", async () => {
    const { transport } = await connect(withUser("operator", "secret"), "operator:secret@")
    await expect(transport.verify()).resolves.toBeUndefined()
  })

  it("rejects with what to mend and without the password (P12)", async () => {
    const { transport } = await connect(withUser("operator", "secret"), "operator:canary-7f3a@")
    const error = await transport.verify().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LinklatchError)
    expect(error).toMatchObject({ code: "invalid_configuration", message: expect.stringContaining("smtp_auth") })
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain("canary-7f3a")
  })
})

describe("smtp(options)", () => {
  it.each([
    { url: "https://canary:canary@example.com", setting: "smtp.url" },
    { url: "smtp://user:canary@example.com?tls.rejectUnauthorized=false", setting: "smtp.url" },
    { url: "smtp://user:canary%@example.com", setting: "smtp.url" },
    { url: "smtp://canary@example.com", setting: "smtp.url" },
    { url: "canary", setting: "smtp.url" },
    { from: "canary", setting: "smtp.from" },
    { from: "A canary <a@example.com>, b@example.com", setting: "smtp.from" },
    { from: "canary\r\nBcc: b@example.com <a@example.com>", setting: "smtp.from" },
    { tls: { ca: "canary" }, setting: "smtp.tls.ca" },
  ])("refuses $url$from$tls, naming $setting and quoting nothing (P12)", ({ setting, ...options }) => {
    const make = () => smtp({ url: "smtps://user:canary@example.com", from, ...options })
    expect(make).toThrow(LinklatchError)
    try {
      make()
    } catch (error) {
      const { code, faults, message: words, stack } = error as LinklatchError
      expect({ code, settings: faults.map((fault) => fault.setting) }).toEqual({
        code: "invalid_configuration",
        settings: [setting],
      })
      expect(JSON.stringify([faults, words, stack])).not.toContain("canary")
    }
  })
})

function withUser(name: string, secret: string): SMTPServerOptions {
  return {
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, callback) =>
      username === name && password === secret ? callback(null, { user: name }) : callback(refusal(535)),
  }
}

/** Says yes to everything up to the end of the message, then hands over. */
function converse(socket: Socket, onMessage: () => void): void {
  let isData = false
  socket.write("220 ready\r\n")
  socket.setEncoding("utf8").on("data", (chunk) => {
    if (isData) {
      if (String(chunk).endsWith("\r\n.\r\n")) onMessage()
      return
    }
    isData = String(chunk).startsWith("DATA")
    socket.write(isData ? "354 go on\r\n" : "250 fine\r\n")
  })
}
