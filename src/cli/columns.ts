/** One line of a table; the last cell is as long as it likes, so that it stays aligned whatever comes later. */
export function columns(widths: readonly number[], cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index < widths.length ? cell.padEnd(widths[index] ?? 0) : cell))
    .join("  ")
    .trimEnd()
}
