/**
 * Without the spaces and tabs around it: all the white space that a header or an address may have. By hand,
 * because `trim` takes Unicode's spaces as well and `/[ \t]+$/` is quadratic in what a stranger may send.
 */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
