import { setTimeout as pause } from "node:timers/promises"
import pg from "pg"
import type { CampaignDatabase } from "./campaign-database.ts"
import type { Begin } from "./outages.ts"
import type { Act, Round } from "./round.ts"
import type { Cut } from "./tcp-proxy.ts"

/** The functions that decide, in the order of the path: a connection can be cut before and after each. */
const FUNCTIONS = [
  "open_requests",
  "claim_outbox",
  "mint_links",
  "settle_outbox",
  "note_prefetch",
  "redeem_links",
  "redeem_codes",
  "check_sessions",
  "revoke_sessions",
  "lease_log",
  "unsealed_events",
  "extend_log",
  "keep_checkpoint",
] as const

export const CUTS: readonly Cut[] = FUNCTIONS.flatMap((name) => [
  { word: `.${name}(`, when: "before" },
  { word: `.${name}(`, when: "after" },
])

const CUT_WITHIN_MS = 30_000

/** Cuts a connection each time that a process asks for this, so many times; measures until somebody signs in again. */
export function cutAt(cut: Cut, runs: number): Act {
  return async (round) => {
    const { proxy } = partsOf(round.database)
    const recoveries: number[] = []
    for (let run = 1; run <= runs; run++) {
      const before = proxy.cuts
      proxy.next(cut)
      if (!(await comesTrue(() => proxy.cuts > before))) {
        round.witness.strange.push(`nothing was cut at ${cut.word}`)
        break
      }
      const at = Date.now()
      await comesTrue(() => round.witness.lastSignInAt > at)
      recoveries.push(Date.now() - at)
    }
    proxy.next(null)
    await round.keepLog()
    return recoveries
  }
}

async function comesTrue(isTrue: () => boolean): Promise<boolean> {
  const until = Date.now() + CUT_WITHIN_MS
  while (!isTrue() && Date.now() < until) await pause(10)
  return isTrue()
}

/** The server's processes are gone at once, as when its machine loses its power; what was committed stays. */
export const crashServer: Begin = async ({ database }) => {
  const { server } = partsOf(database)
  await server.kill()
  return () => server.restart()
}

/** An operator restarts the server: connections are ended and none are taken until it is back. */
export const restartServer: Begin = async ({ database }) => {
  await partsOf(database).server.restart()
  return () => undefined
}

const TERMINATE = `
  select pg_terminate_backend(pid) from pg_stat_activity where usename = 'linklatch' order by random() limit $1`

/** Ends a connection of the site ten times a second, whichever it is and whatever it does. */
export const terminateAtRandom: Begin = ({ database }) => {
  const { server } = partsOf(database)
  let isOver = false
  const killing = (async () => {
    while (!isOver) {
      await server.query(TERMINATE, [1])
      await pause(100)
    }
  })()
  return async () => {
    isOver = true
    await killing
  }
}

/** Every connection, again and again, as a firewall does that has forgotten them. */
export const cutConnections: Begin = ({ database }) => {
  const { proxy } = partsOf(database)
  const cutting = setInterval(() => proxy.cutAll(), 200)
  return () => clearInterval(cutting)
}

/** Somebody locks tables: connections wait until they are given up, and pools run out of them. */
export const lockTables: Begin = async ({ database }) => {
  const { server } = partsOf(database)
  const holder = new pg.Client({ connectionString: server.adminUrl })
  // The server may go before it does.
  holder.on("error", () => undefined)
  await holder.connect()
  await holder.query("begin")
  await holder.query("lock table linklatch.outbox, linklatch.sessions in access exclusive mode")
  return () => holder.end()
}

/** Others hold all connections that the server has, and ours are gone. */
export const takeAllConnections: Begin = async ({ database }) => {
  const { server } = partsOf(database)
  await server.query("alter role linklatch connection limit 0")
  await server.query(TERMINATE, [1_000])
  return async () => void (await server.query("alter role linklatch connection limit -1"))
}

/** Statements may take two milliseconds, and many take longer. */
export const limitStatements: Begin = async ({ database }) => {
  const { server } = partsOf(database)
  await server.query("alter role linklatch set statement_timeout = '2ms'")
  await server.query(TERMINATE, [1_000])
  return async () => {
    await server.query("alter role linklatch reset statement_timeout")
    await server.query(TERMINATE, [1_000])
  }
}

/** The server takes no writes, as a standby after a failover. */
export const readOnly: Begin = async ({ database }) => {
  const { server } = partsOf(database)
  await server.query("alter role linklatch set default_transaction_read_only = on")
  await server.query(TERMINATE, [1_000])
  return async () => {
    await server.query("alter role linklatch reset default_transaction_read_only")
    await server.query(TERMINATE, [1_000])
  }
}

function partsOf({ server, proxy }: Round["database"]): {
  server: NonNullable<CampaignDatabase["server"]>
  proxy: NonNullable<CampaignDatabase["proxy"]>
} {
  if (server === null || proxy === null) throw new Error("This fault needs PostgreSQL.")
  return { server, proxy }
}
