// Line breaks make headers (CWE-93); bidi controls and lone surrogates make a text look like another one. Joiners stay:
// names in Persian and Hindi need them.
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u{061c}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{feff}]+/gu

/** One line of at most `maxLength` characters that prints as what it is. */
export function plainLine(text: string, maxLength: number): string {
  // "=?" begins an encoded word (RFC 2047): in a subject, a reader would decode it to what was just taken out.
  const line = text.replace(UNPRINTABLE, " ").replace(/\s+/g, " ").replaceAll("=?", "= ?").trim()
  return Array.from(line).slice(0, maxLength).join("").trim()
}

/**
 * What a browser says it is, made harmless: a mail reader turns "evil.example" or "a@evil.example" into a link by
 * itself, so only letters, digits and the marks of a version stay.
 */
export function deviceLine(device: string): string {
  const words = plainLine(device, 300)
    .replace(/[^\p{L}\p{M}\p{N} .,()_+-]/gu, " ")
    .replace(/(?<!\p{N})\.|\.(?!\p{N})/gu, " ")
  return plainLine(words, 60)
}
