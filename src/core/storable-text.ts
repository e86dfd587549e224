/**
 * Text that every store keeps as it is, byte for byte: PostgreSQL has no NUL, and UTF-8 no half of a surrogate pair. Whatever
 * strangers and applications write passes here on its way to a store; nothing of our own has either (decisions/050).
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd")
}
