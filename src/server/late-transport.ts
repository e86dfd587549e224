import type { MailTransport } from "../core/mail/transport.ts"

/**
 * A transport that is loaded when it is first needed: nodemailer takes longer to load than the server to start. Its
 * options were checked when the settings were read, so that nothing is left to go wrong here.
 */
export function createLateTransport(name: string, load: () => Promise<MailTransport>): MailTransport {
  let loading: Promise<MailTransport> | null = null
  const loaded = () => {
    loading ??= load().catch((error: unknown) => {
      // Not for ever: the next mail tries again.
      loading = null
      throw error
    })
    return loading
  }
  return {
    name,
    send: async (message, context) => (await loaded()).send(message, context),
    verify: async () => (await loaded()).verify(),
    close: async () => (await loading)?.close(),
  }
}
