import { LinklatchError } from "../../core/fault.ts"
import { isWorthAnotherLook, isWorthAnotherTry } from "./database-fault.ts"
import type { PostgresClient, PostgresPool } from "./pool.ts"

/** Calls the functions of one schema. What fails rejects with LinklatchError. */
export interface Database {
  readonly schemaName: string
  /** Calls a decision: one round trip, one transaction. It runs once, or not at all, or nobody knows: then it rejects. */
  call(name: string, args: readonly unknown[]): Promise<unknown>
  /** Asks for rows of one column, each a JSON text, and changes nothing; `{s}` stands for the schema. Tried again where a connection was lost. */
  ask(text: string, values: readonly unknown[]): Promise<readonly unknown[]>
  /** As `ask`, for so many rows that it matters what JSON costs: by column, as the driver gives them. */
  rows(text: string, values: readonly unknown[]): Promise<readonly unknown[]>
  /** As `call`, for a function that changes nothing. */
  look(name: string, args: readonly unknown[]): Promise<unknown>
  /** A connection for one's own. */
  connect(): Promise<PostgresClient>
}

// A server that restarts is back within seconds, and a pool finds out about each dead connection by using it: whoever only
// asks needn't notice.
const LOOK_AGAIN_AFTER = [0, 20, 100, 300]
const DECIDE_AGAIN_AFTER = [0, 5, 20, 50, 100]

export function createDatabase(pool: PostgresPool, schema: string, ready: () => Promise<void>): Database {
  const quoted = quoteName(schema)

  async function queryRows(text: string, values: readonly unknown[]): Promise<readonly unknown[]> {
    await ready()
    return (await pool.query(text, [...values])).rows
  }

  async function query(text: string, values: readonly unknown[]): Promise<readonly unknown[]> {
    return (await queryRows(text, values)).map((row) => parse((row as { result: string | null }).result))
  }

  const inSchema = (text: string) => text.replaceAll("{s}", quoted)
  const callText = (name: string, args: readonly unknown[]) =>
    `select ${quoted}.${name}(${args.map((_, index) => `$${index + 1}`).join(", ")})::text as result`

  return {
    schemaName: schema,
    call: (name, args) =>
      again(DECIDE_AGAIN_AFTER, isWorthAnotherTry, async () => (await query(callText(name, args), args))[0]),
    look: (name, args) =>
      again(LOOK_AGAIN_AFTER, isWorthAnotherLook, async () => (await query(callText(name, args), args))[0]),
    ask: (text, values) => again(LOOK_AGAIN_AFTER, isWorthAnotherLook, () => query(inSchema(text), values)),
    rows: (text, values) => again(LOOK_AGAIN_AFTER, isWorthAnotherLook, () => queryRows(inSchema(text), values)),
    connect: async () => {
      await ready()
      return pool.connect()
    },
  }
}

/** A name as PostgreSQL reads it between double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function unavailable(cause: unknown): LinklatchError {
  if (cause instanceof LinklatchError) return cause
  return new LinklatchError("store_unavailable", "The database did not answer.", { cause })
}

async function again<T>(
  waits: readonly number[],
  isWorthIt: (cause: unknown) => boolean,
  run: () => Promise<T>,
): Promise<T> {
  for (const wait of waits) {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    try {
      return await run()
    } catch (cause) {
      if (!isWorthIt(cause)) throw unavailable(cause)
    }
  }
  return run().catch((cause: unknown) => {
    throw unavailable(cause)
  })
}

function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text)
}
