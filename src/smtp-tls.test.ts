import { afterEach, describe, expect, it } from "vitest"
import { makeCertificate, openSmtpInbox, type SmtpInbox } from "../test/smtp-inbox.ts"
import type { Address } from "./core/addresses/canonical-address.ts"
import type { MailTransport } from "./core/mail/transport.ts"
import { smtp } from "./smtp.ts"

const trusted = makeCertificate("IP:127.0.0.1,DNS:localhost")
const otherHost = makeCertificate("DNS:mail.example.com")
const from = "login@example.com"
const message = { to: "ada@example.com" as Address, subject: "s", text: "t", html: "<p>h", link: "l", code: "c" }
const context = { idempotencyKey: "attempt-1", signal: new AbortController().signal }
const untrusted = { status: "failed", isPermanent: false, reason: "smtp_tls" }

const open: (SmtpInbox | MailTransport)[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function openInbox(options: Parameters<typeof openSmtpInbox>[0]): Promise<SmtpInbox> {
  const inbox = await openSmtpInbox(options)
  open.push(inbox)
  return inbox
}

function connect(options: Parameters<typeof smtp>[0]): MailTransport {
  const transport = smtp(options)
  open.push(transport)
  return transport
}

describe("SMTP with TLS", () => {
  it("sends over STARTTLS to a certificate that it trusts (EML-8)", async () => {
    const inbox = await openInbox(trusted)
    const transport = connect({ url: `smtp://127.0.0.1:${inbox.port}`, from, tls: { ca: trusted.cert } })
    expect(await transport.send(message, context)).toEqual({ status: "sent" })
    expect(inbox.deliveries.map(({ isSecure }) => isSecure)).toEqual([true])
  })

  it("sends over TLS from the first byte (EML-8)", async () => {
    const inbox = await openInbox({ ...trusted, secure: true })
    const transport = connect({ url: `smtps://127.0.0.1:${inbox.port}`, from, tls: { ca: trusted.cert } })
    expect(await transport.send(message, context)).toEqual({ status: "sent" })
    expect(inbox.deliveries.map(({ isSecure }) => isSecure)).toEqual([true])
  })

  it("sends nothing, and nothing in clear, where STARTTLS was stricken from the offer (EML-8)", async () => {
    const inbox = await openInbox({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"] })
    const transport = connect({ url: `smtp://127.0.0.1:${inbox.port}`, from, tls: {} })
    expect(await transport.send(message, context)).toEqual(untrusted)
    expect(inbox.deliveries).toHaveLength(0)
  })

  it.each([
    { what: "that nobody vouches for", certificate: trusted, ca: undefined },
    { what: "of another host", certificate: otherHost, ca: otherHost.cert },
    { what: "that another vouches for", certificate: trusted, ca: otherHost.cert },
  ])("defers the mail at a certificate $what (EML-8)", async ({ certificate, ca }) => {
    const byStartTls = await openInbox(certificate)
    const implicit = await openInbox({ ...certificate, secure: true })
    const tls = ca === undefined ? {} : { ca }
    for (const url of [`smtp://127.0.0.1:${byStartTls.port}`, `smtps://127.0.0.1:${implicit.port}`]) {
      expect(await connect({ url, from, tls }).send(message, context)).toEqual(untrusted)
    }
    expect([...byStartTls.deliveries, ...implicit.deliveries]).toHaveLength(0)
  })

  it("checks the certificate even where the environment says not to (EML-8)", async () => {
    const inbox = await openInbox({ ...trusted, secure: true })
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"
    try {
      const transport = connect({ url: `smtps://127.0.0.1:${inbox.port}`, from })
      expect(await transport.send(message, context)).toEqual(untrusted)
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    }
    expect(inbox.deliveries).toHaveLength(0)
  })

  it("defers the mail where a plain server is taken for a TLS one (EML-8)", async () => {
    const inbox = await openInbox({})
    const transport = connect({ url: `smtps://127.0.0.1:${inbox.port}`, from })
    expect(await transport.send(message, context)).toEqual(untrusted)
    expect(inbox.deliveries).toHaveLength(0)
  })

  it("goes plain to a relay on this machine, whatever certificate that offers", async () => {
    const inbox = await openInbox(trusted)
    expect(await connect({ url: `smtp://127.0.0.1:${inbox.port}`, from }).send(message, context)).toEqual({
      status: "sent",
    })
    expect(inbox.deliveries.map(({ isSecure }) => isSecure)).toEqual([false])
  })
})
