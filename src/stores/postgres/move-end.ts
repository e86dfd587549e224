import type { MovedNumbers, MovedRow, MoveEnd } from "../../core/move/move-port.ts"
import { type MovedTable, movedTables } from "../../core/move/moved-tables.ts"
import { openRanges, readCursor, settleCursor, writeCursor } from "../../core/sealing/log-cursor.ts"
import { quoteName } from "./database.ts"
import type { PostgresClient } from "./pool.ts"

export type MoveConnection = Pick<PostgresClient, "query">

// Two names of one server, or a pooler before it, lead to the same start.
const IDENTITY = `
  select (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint || ' ' || oid as identity
  from pg_database where datname = current_database()`

/** Reads one schema over one connection. */
export function createMoveEnd(connection: MoveConnection, schema: string): MoveEnd {
  const quoted = quoteName(schema)
  return {
    async identity() {
      return `postgres ${await one(connection, IDENTITY, "identity")} ${schema}`
    },
    async count({ name }) {
      return Number(await one(connection, `select count(*) as rows from ${quoted}.${name}`, "rows"))
    },
    async rows(table, after, max) {
      const text = await one(connection, readSql(quoted, table, after !== null), "rows", [...(after ?? []), max])
      const rows = JSON.parse(String(text)) as readonly MovedRow[]
      return table.name === "audit_log" ? settleCursors(connection, quoted, rows) : rows
    },
    async numbers() {
      const numbers: Record<string, number> = {}
      for (const { name, isNumbered } of movedTables)
        if (isNumbered) numbers[name] = Number(await one(connection, lastNumber(quoted, name), "number"))
      return numbers as MovedNumbers
    },
  }
}

// Nobody writes, so of numbers that were open only those can be sealed still whose events are there: no engine needs more.
async function settleCursors(
  connection: MoveConnection,
  schema: string,
  rows: readonly MovedRow[],
): Promise<readonly MovedRow[]> {
  const settled: MovedRow[] = []
  for (const row of rows) {
    const cursor = readCursor(String(row["cursor"]))
    const open = openRanges(cursor)
    const values = [open.map(([first]) => first), open.map(([, last]) => last)]
    const late = JSON.parse(String(await one(connection, lateSql(schema), "late", values))) as readonly number[]
    settled.push({ ...row, cursor: writeCursor(settleCursor(cursor, late)) })
  }
  return settled
}

function lateSql(schema: string): string {
  return `
    select coalesce(json_agg(e.seq order by e.seq), '[]')::text as late
    from unnest($1::bigint[], $2::bigint[]) as hole (first, last)
      join ${schema}.auth_events e on e.seq between hole.first and hole.last`
}

export async function one(
  connection: MoveConnection,
  sql: string,
  column: string,
  values: unknown[] = [],
): Promise<unknown> {
  const { rows } = await connection.query(sql, values)
  return (rows[0] as Record<string, unknown> | undefined)?.[column]
}

// A whole batch as one JSON text: PostgreSQL and Node write and read it faster than each value by itself.
function readSql(schema: string, { name, columns, key }: MovedTable, hasAfter: boolean): string {
  const keys = key.join(", ")
  const selected = Object.entries(columns).map(([column, kind]) =>
    kind === "bytes" ? `encode(${column}, 'hex') as ${column}` : column,
  )
  const after = key.map((_, index) => `$${index + 1}`).join(", ")
  const where = hasAfter ? `where (${keys}) > (${after})` : ""
  const limit = hasAfter ? key.length + 1 : 1
  return `
    select coalesce(json_agg(row_to_json(r) order by ${key.map((column) => `r.${column}`).join(", ")}), '[]')::text as rows
    from (select ${selected.join(", ")} from ${schema}.${name} ${where} order by ${keys} limit $${limit}) r`
}

function lastNumber(schema: string, table: string): string {
  return `select case when is_called then last_value else 0 end as number from ${schema}.${table}_seq_seq`
}
