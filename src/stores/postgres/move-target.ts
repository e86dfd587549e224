import { LinklatchError } from "../../core/fault.ts"
import type { MovedBatch, MoveTarget } from "../../core/move/move-port.ts"
import { type MovedTable, movedTables } from "../../core/move/moved-tables.ts"
import { quoteName } from "./database.ts"
import { createMoveEnd, type MoveConnection, one } from "./move-end.ts"

const OWNS = "select bool_and(pg_has_role(tableowner, 'usage')) as owns from pg_tables where schemaname = $1"
const HAS_NOTE = "select to_regclass($1) is not null as there"
const GO_ON_ABOVE = `
  select setval(pg_get_serial_sequence($1, 'seq'), greatest($2::bigint, (select last_value from {q})))
  where $2::bigint > (select case when is_called then last_value else 0 end from {q})`

const TYPES = { text: "text", integer: "bigint", boolean: "boolean", bytes: "text", times: "bigint[]" } as const

/** What no other engine has, as it stands until a limit is taken for the next time; no decision reads it before. */
const EXTRA: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  rate_limits: { max: "0", window_ms: "0" },
}

/**
 * A migrated schema to move into.
 *
 * @throws LinklatchError `store_unavailable` where this role doesn't own the tables.
 */
export async function openPostgresTarget(connection: MoveConnection, schema: string): Promise<MoveTarget> {
  const quoted = quoteName(schema)
  const notes = `${quoted}.move_progress`
  if ((await one(connection, OWNS, "owns", [schema])) !== true) {
    const problem = "This role doesn't own the tables, so it may not set the numbers that go on from here."
    throw new LinklatchError("store_unavailable", `${problem} Use the role that ran \`linklatch migrate\`.`)
  }
  return {
    ...createMoveEnd(connection, schema),
    async note() {
      if ((await one(connection, HAS_NOTE, "there", [notes])) !== true) return null
      return String(await one(connection, `select note from ${notes}`, "note"))
    },
    async begin(note) {
      await connection.query("begin")
      await connection.query(
        `create table ${notes} (only_one integer primary key check (only_one = 1), note text not null)`,
      )
      await connection.query(`insert into ${notes} (only_one, note) values (1, $1)`, [note])
      for (const { name, hasOneRow } of movedTables)
        if (hasOneRow) await connection.query(`delete from ${quoted}.${name}`)
      await connection.query("commit")
    },
    async write({ table, rows, was, note }: MovedBatch) {
      const noted = await one(connection, writeSql(quoted, table), "noted", [JSON.stringify(rows), note, was])
      return Number(noted) === 1 ? "written" : "lost"
    },
    async goOnAbove(numbers) {
      for (const [table, number] of Object.entries(numbers)) {
        const sql = GO_ON_ABOVE.replaceAll("{q}", `${quoted}.${table}_seq_seq`)
        await connection.query(sql, [`${quoted}.${table}`, number])
      }
      // Whoever reads next finds statistics, and needn't wait for those that the server makes by itself.
      for (const { name } of movedTables) await connection.query(`analyze ${quoted}.${name}`)
    },
    async finish() {
      await connection.query(`drop table ${notes}`)
    },
  }
}

// One statement, so one round trip and one transaction. Of two movers one finds the note changed, and inserts nothing.
function writeSql(schema: string, { name, columns }: MovedTable): string {
  const extra = EXTRA[name] ?? {}
  const into = [...Object.keys(columns), ...Object.keys(extra)].join(", ")
  const given = Object.entries(columns).map(([column, kind]) => `${column} ${TYPES[kind]}`)
  const selected = Object.entries(columns).map(([column, kind]) =>
    kind === "bytes" ? `decode(${column}, 'hex')` : column,
  )
  return `
    with noted as (
      update ${schema}.move_progress set note = $2 where note = $3 returning 1
    ), written as (
      insert into ${schema}.${name} (${into})
      select ${[...selected, ...Object.values(extra)].join(", ")}
      from json_to_recordset($1::json) as r (${given.join(", ")})
      where exists (select from noted)
    )
    select count(*) as noted from noted`
}
