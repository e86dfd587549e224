import type { DatabaseSync } from "node:sqlite"
import { type EventListeners, publishEvents } from "../../core/audit/publish-events.ts"
import type { Store } from "../../core/store.ts"
import { createAudit } from "./audit.ts"
import { createCodes } from "./codes.ts"
import { createErasure } from "./erasure.ts"
import { createOpenJournal, createWriteEvents } from "./journal.ts"
import { createLatestEvents } from "./latest-events.ts"
import { createLimits, createTakeLimit } from "./limits.ts"
import { createLinks } from "./links.ts"
import { createListSessions } from "./list-sessions.ts"
import { createListUsers } from "./list-users.ts"
import { createOutbox } from "./outbox.ts"
import { createCountProvider, createProviders } from "./providers.ts"
import { createCompleteRedeem } from "./redeem.ts"
import { createRedeemLink } from "./redeem-link.ts"
import { createFindLatest, createRequests } from "./requests.ts"
import { createRetention } from "./retention.ts"
import { createSealing } from "./sealing.ts"
import { createEndSessions, createSessions } from "./sessions.ts"
import { SharedCommit } from "./shared-commit.ts"
import { createCloseRequests, createFindUser, createUsers } from "./users.ts"

/** The store on one migrated SQLite database, which it owns from here on. */
export function createSqliteStore(database: DatabaseSync, migrated: string[]): Store {
  const listeners: EventListeners = new Set()
  const commits = new SharedCommit(database, createWriteEvents(database), (events) => publishEvents(listeners, events))
  const openJournal = createOpenJournal()
  const takeLimit = createTakeLimit(database)
  const findLatest = createFindLatest(database)
  const findUser = createFindUser(database)
  const countProvider = createCountProvider(database)
  const endSessions = createEndSessions(database)
  const closeRequests = createCloseRequests(database)
  const completeRedeem = createCompleteRedeem(database, countProvider, endSessions, closeRequests)
  // Nobody reads the version, but to write it takes a page of the journal: on a full disk, reading alone goes well.
  const writePage = database.prepare("pragma user_version = 1")
  const readTable = database.prepare("select 1 from sessions where token_hash = ''")
  return {
    name: "sqlite",
    requests: createRequests(database, commits, openJournal, takeLimit, findLatest),
    links: createLinks(database, commits, openJournal, createRedeemLink(database, takeLimit, completeRedeem)),
    codes: createCodes(database, commits, openJournal, takeLimit, findLatest, completeRedeem),
    sessions: {
      ...createSessions(database, commits, openJournal, endSessions, closeRequests),
      ...createListSessions(database, commits),
    },
    users: {
      ...createUsers(database, commits, openJournal, findUser, endSessions, closeRequests),
      list: createListUsers(database, commits),
    },
    providers: createProviders(database, commits, openJournal, findUser, countProvider),
    limits: createLimits(commits, openJournal, takeLimit),
    outbox: createOutbox(database, commits, openJournal),
    erasure: createErasure(database, commits, openJournal, endSessions),
    retention: createRetention(database, commits),
    audit: {
      ...createAudit(database, commits, openJournal, listeners),
      latest: createLatestEvents(database, commits),
    },
    migrate: async () => migrated.splice(0),
    sealing: createSealing(database, commits),
    // A decision that decides nothing: it needs the lock, the tables and room on the disk, as any other.
    ping: () =>
      commits.decide(() => {
        readTable.get()
        writePage.run()
      }),
    close: async () => {
      commits.close()
      if (database.isOpen) database.close()
    },
  }
}
