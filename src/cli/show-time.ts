/** `2026-11-21 13:04`, in UTC: for people, in columns. */
export function showTime(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ")
}
