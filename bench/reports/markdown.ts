/** A table in Markdown. Cells are text; a bar in one would be taken for the next cell, so it is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n")
}

/** 12345.6 as `12 346`. */
export function showRate(perSecond: number): string {
  return Math.round(perSecond).toLocaleString("en").replaceAll(",", " ")
}

/** 0.123 as `0.12`, 12.34 as `12.3`, 123.4 as `123`. */
export function showNumber(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}

export function showRatio(ours: number, theirs: number): string {
  return theirs === 0 ? "" : `${showNumber(ours / theirs)} ×`
}
