/** `npm run bench:look-ups`: what the lists of `linklatch users`, `sessions` and `audit` cost on a million of each. */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type Address, canonicalAddress } from "../src/core/addresses/canonical-address.ts"
import { DAY } from "../src/core/clock.ts"
import type { Store } from "../src/index.ts"
import { sqlite } from "../src/sqlite.ts"
import { median } from "./figures.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const ROWS = 1_000_000
const RUNS = 7
const PAGE = 51
const at = Date.UTC(2026, 10, 21)

// Spread evenly over the last thirty days, by the number of the row; ids begin with the time, as ours do.
const NUMBERS = `with recursive n (i) as (select 0 union all select i + 1 from n where i < ${ROWS - 1})`
const TIME = `${at - 30 * DAY} + i * ${(30 * DAY) / ROWS}`
const ID = `printf('%012x-%08x', ${TIME}, i)`
const SEED = [
  `${NUMBERS} insert into users (user_id, address, display_name, created_at, disabled_at)
   select ${ID}, printf('user%07d@example.com', i * 7919 % ${ROWS}), 'User', 0, iif(i % 100 = 0, 1, null) from n`,
  `${NUMBERS} insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at,
     provider, proven_at, device)
   select hex(randomblob(16)), ${ID}, ${ID}, ${TIME}, ${TIME}, ${TIME} + ${7 * DAY}, ${TIME} + ${30 * DAY}, 'magic_link', 0, '' from n`,
  `${NUMBERS} insert into auth_event_pii (pii_id, salt, address) select ${ID}, zeroblob(32), 'somebody@example.com' from n`,
  `${NUMBERS} insert into auth_events (event_id, at, type, user_id, detail, pii_id)
   select ${ID}, ${TIME}, 'session_created', ${ID}, '{}', ${ID} from n`,
]

const folder = temporaryFolder("linklatch-look-ups")
const store = seeded(join(folder.path, "million.db"))
for (const [name, look] of Object.entries(await lookUps(store))) {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) times.push(await time(look))
  console.log(`${name.padEnd(52)} ${median(times).toFixed(2).padStart(9)} ms`)
}
await store.close()
folder.remove()

function seeded(path: string): Store {
  const opened = sqlite(path)
  const database = new DatabaseSync(path)
  database.exec("pragma synchronous = off; begin")
  for (const statement of SEED) database.exec(statement)
  database.exec("commit; analyze")
  database.close()
  return opened
}

async function lookUps({ users, sessions, audit }: Store): Promise<Record<string, () => Promise<unknown>>> {
  const list = { after: null, max: PAGE, prefix: "", onlyDisabled: false }
  const latest = { before: null, max: 20, reach: 50_000, type: null, person: null }
  const nobody = { userId: "nobody", address: addressOf("nobody@example.com") }
  const [live] = await sessions.listAll({ after: null, max: 1, at })
  return {
    "users: the first page": () => users.list(list),
    "users: a page in the middle": () => users.list({ ...list, after: "user0500000@example.com" }),
    "users: by the beginning of the address": () => users.list({ ...list, prefix: "user077" }),
    "users: disabled ones, a page in the middle": () =>
      users.list({ ...list, onlyDisabled: true, after: "user0500000@example.com" }),
    "sessions: the first page of the live ones": () => sessions.listAll({ after: null, max: PAGE, at }),
    "sessions: none is live any more": () => sessions.listAll({ after: null, max: PAGE, at: at + 40 * DAY }),
    "sessions: by id, where all may be live": () =>
      sessions.find({ sessionId: live?.session.id ?? "", at: at - 30 * DAY }),
    "events: the newest twenty": () => audit.latest(latest),
    "events: a type that there isn't, one step of 50 000": () => audit.latest({ ...latest, type: "user_disabled" }),
    "events: a type that there isn't, the whole log": () =>
      audit.latest({ ...latest, type: "user_disabled", reach: 2 * ROWS }),
    "events: a person whom there isn't, one step": () => audit.latest({ ...latest, person: nobody }),
    "events: a person whom there isn't, the whole log": () =>
      audit.latest({ ...latest, person: nobody, reach: 2 * ROWS }),
  }
}

function addressOf(text: string): Address {
  const typed = canonicalAddress(text)
  if (typed.status !== "valid") throw new Error(`${text} is no address`)
  return typed.address
}

async function time(look: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await look()
  return performance.now() - startedAt
}
