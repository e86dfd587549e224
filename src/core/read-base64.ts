/**
 * RFC 4648 §4, with padding, in the one spelling that there is for these bytes; null for any other text. Node reads on past what it
 * doesn't know, so that many texts would stand for the same signature, and a changed note would still verify.
 */
export function readBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64")
  return bytes.toString("base64") === text ? bytes : null
}
