const SHAPE = /^whsec_([A-Za-z0-9+/]+={0,2})$/
const MIN_BYTES = 24
const MAX_BYTES = 64

/** Standard Webhooks 1.0.0: `whsec_` and 24 to 64 bytes in base64. Null where it is anything else. */
export function readWebhookSecret(text: unknown): Buffer | null {
  const encoded = typeof text === "string" ? SHAPE.exec(text)?.[1] : undefined
  const bytes = Buffer.from(encoded ?? "", "base64")
  const isWhole = bytes.toString("base64") === encoded
  return isWhole && bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES ? bytes : null
}
