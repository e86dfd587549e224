import type { MailTransport } from "../../src/index.ts"

/** A mail transport that sends in this way. */
export function transportThat(send: MailTransport["send"]): MailTransport {
  return { name: "test", send, verify: async () => undefined, close: async () => undefined }
}
