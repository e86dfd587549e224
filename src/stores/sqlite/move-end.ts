import { statSync } from "node:fs"
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite"
import type { MovedNumbers, MovedRow, MovedValue, MoveEnd } from "../../core/move/move-port.ts"
import { type MovedTable, movedTables } from "../../core/move/moved-tables.ts"

// `auth_events` has no counter: the newest event is never deleted, so the next number is above the highest.
const NUMBER = {
  counted: "select coalesce((select seq from sqlite_sequence where name = ?), 0) as number",
  highest: "select coalesce(max(seq), 0) as number from auth_events",
} as const
const UNCOUNTED = "auth_events"

/** Reads a file that is open. */
export function createMoveEnd(database: DatabaseSync, path: string): MoveEnd {
  const statements = new Map<string, StatementSync>()
  function prepare(sql: string): StatementSync {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  return {
    async identity() {
      const { dev, ino } = statSync(path)
      return `sqlite ${dev} ${ino}`
    },
    async count({ name }) {
      return Number(prepare(`select count(*) as rows from ${name}`).get()?.["rows"])
    },
    async rows(table, after, max) {
      const key = table.key.join(", ")
      const where = after === null ? "" : `where (${key}) > (${table.key.map(() => "?").join(", ")})`
      const columns = Object.keys(table.columns).join(", ")
      const sql = `select ${columns} from ${table.name} ${where} order by ${key} limit ?`
      return prepare(sql)
        .all(...(after ?? []), max)
        .map((row) => decode(table, row))
    },
    async numbers() {
      const numbers: Record<string, number> = {}
      for (const { name, isNumbered } of movedTables) {
        if (!isNumbered) continue
        const row = name === UNCOUNTED ? prepare(NUMBER.highest).get() : prepare(NUMBER.counted).get(name)
        numbers[name] = Number(row?.["number"])
      }
      return numbers as MovedNumbers
    },
  }
}

function decode({ columns }: MovedTable, row: Record<string, SQLOutputValue>): MovedRow {
  for (const column in columns) {
    const value = row[column]
    if (value === null || columns[column] === "text" || columns[column] === "integer") continue
    Object.assign(row, { [column]: toMoved(columns[column], value) })
  }
  return row as MovedRow
}

function toMoved(kind: MovedTable["columns"][string] | undefined, value: SQLOutputValue | undefined): MovedValue {
  if (kind === "boolean") return value === 1
  if (kind === "times") return JSON.parse(String(value)) as readonly number[]
  return Buffer.from(value as Uint8Array).toString("hex")
}

/** A row as SQLite takes it, in the order of the columns. */
export function encodeRow({ columns }: MovedTable, row: MovedRow): readonly SQLInputValue[] {
  return Object.entries(columns).map(([column, kind]) => {
    const value = row[column] ?? null
    if (value === null || kind === "text" || kind === "integer") return value as SQLInputValue
    if (kind === "boolean") return Number(value)
    return kind === "times" ? JSON.stringify(value) : Buffer.from(String(value), "hex")
  })
}
