/** C2SP signed-note, "Format": at least one character, none of them a space of Unicode's, a plus, or a control character of ASCII. */
export function isKeyName(text: string): boolean {
  return text !== "" && text.isWellFormed() && !/[\p{White_Space}+]/u.test(text) && !hasControl(text)
}

/** Control characters of ASCII, a line's end among them. */
export function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x20) return true
  return false
}
