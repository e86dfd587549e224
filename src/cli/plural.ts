/** "1 session", "2 sessions". */
export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`
}
