import { type EventListeners, publishEvents } from "../../core/audit/publish-events.ts"
import { closeOnce } from "../../core/close-once.ts"
import { LinklatchError } from "../../core/fault.ts"
import type { Store } from "../../core/store.ts"
import { createAudit } from "./audit.ts"
import { createDatabase, type Database, unavailable } from "./database.ts"
import { createDecisions } from "./decisions.ts"
import { createErasure } from "./erasure.ts"
import { createLimits } from "./limits.ts"
import { createLinks } from "./links.ts"
import { migrate } from "./migrate.ts"
import { createOutbox } from "./outbox.ts"
import { createOwedMail } from "./owed-mail.ts"
import type { PostgresPool } from "./pool.ts"
import { createRedeemCode } from "./redeem.ts"
import { createRequests } from "./requests.ts"
import { createRetention } from "./retention.ts"
import { createSealing } from "./sealing.ts"
import { createSessions } from "./sessions.ts"
import { createProviders, createUsers } from "./users.ts"

export interface PostgresStoreParts {
  readonly schema: string
  readonly onMigration?: ((name: string) => void) | undefined
  /** Called when the store closes: ends a pool that is its own. */
  readonly endPool: () => Promise<void>
}

// A standby gives no transaction a number, and a database that is set to read-only says so: reading alone goes well on both.
const PING = `
  select to_json(pg_current_xact_id()::text)::text as result from {s}.schema_migrations
  where current_setting('transaction_read_only') = 'off' limit 1`

/** The store on one schema of a PostgreSQL database. */
export function createPostgresStore(pool: PostgresPool, { schema, onMigration, endPool }: PostgresStoreParts): Store {
  const listeners: EventListeners = new Set()
  const migrated: string[] = []
  let preparing: Promise<void> | null = null
  let isClosed = false

  // Nothing is asked of the server until there is something to ask; what fails is tried again by whoever comes next.
  function ready(): Promise<void> {
    if (isClosed) return Promise.reject(new LinklatchError("closed", "The store is closed."))
    preparing ??= migrate(pool, schema, onMigration).then(
      (names) => void migrated.push(...names),
      (cause: unknown) => {
        preparing = null
        throw cause
      },
    )
    return preparing
  }

  const database = createDatabase(pool, schema, ready)
  const decisions = createDecisions(database, (events) => publishEvents(listeners, events))
  const owedMail = createOwedMail(database, pool.options?.max !== 1)
  return {
    name: "postgres",
    requests: createRequests(database, decisions, owedMail.tell),
    links: createLinks(database, decisions),
    codes: { redeem: createRedeemCode(decisions) },
    sessions: createSessions(database, decisions),
    users: createUsers(database, decisions),
    providers: createProviders(database, decisions),
    limits: createLimits(decisions),
    outbox: createOutbox(database, decisions, owedMail.onOwed),
    erasure: createErasure(database, decisions),
    retention: createRetention(database),
    audit: createAudit(database, decisions, listeners),
    sealing: createSealing(database),
    async migrate() {
      await ready().catch((cause: unknown) => {
        throw unavailable(cause)
      })
      return migrated.splice(0)
    },
    ping: () => ping(database),
    close: closeOnce(async () => {
      await decisions.close()
      isClosed = true
      owedMail.close()
      await endPool()
    }),
  }
}

async function ping(database: Database): Promise<void> {
  const [number] = await database.ask(PING, [])
  if (number === undefined) throw unavailable(new Error("The database takes no writes."))
}
