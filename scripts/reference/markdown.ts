/** One row of a table; what would end a cell is escaped. */
function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("\n", " ").replaceAll("|", "\\|")).join(" | ")} |`
}

/** A table, or nothing where there are no rows. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ""
  return [row(...heads), `|${" --- |".repeat(heads.length)}`, ...rows.map((cells) => row(...cells))].join("\n")
}

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

export function code(text: string): string {
  if (text === "") return ""
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``
}

/** Blocks with a blank line between them; empty ones are left out. */
export function page(...blocks: readonly string[]): string {
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`
}
