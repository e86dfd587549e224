import type { DatabaseSync, SQLInputValue } from "node:sqlite"

export type Row = readonly SQLInputValue[]

/** Inserts rows in their order. Returns the number of the first one; those that follow count on from there. */
export type InsertMany = (rows: readonly Row[]) => number

const MANY = 16

/** Sixteen rows to a statement where there are as many: running one costs about as much as a row (2.0 µs a row against 3.2). */
export function createInsertMany(database: DatabaseSync, into: string, columns: number): InsertMany {
  const values = `(${Array(columns).fill("?").join(", ")})`
  const one = database.prepare(`${into} values ${values}`)
  const many = database.prepare(`${into} values ${Array(MANY).fill(values).join(", ")}`)
  return (rows) => {
    let last = 0
    let from = 0
    for (; rows.length - from >= MANY; from += MANY)
      last = Number(many.run(...rows.slice(from, from + MANY).flat()).lastInsertRowid)
    for (; from < rows.length; from += 1) last = Number(one.run(...(rows[from] ?? [])).lastInsertRowid)
    return last - rows.length + 1
  }
}
