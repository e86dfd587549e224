import { DatabaseSync } from "node:sqlite"
import { DAY } from "../src/core/clock.ts"

/** What a database held when a bench was over with it. */
export interface FileSize {
  readonly megabytes: number
  /** Of these, how many are free to be written again. */
  readonly freeMegabytes: number
}

export interface Logins {
  readonly at: number
  /** Asked for, mailed, redeemed and signed out, evenly from `from` to `to` days ago; no events of the log. */
  readonly count: number
  readonly from: number
  readonly to: number
  /** They can still be used: nobody signed out. */
  readonly isLive: boolean
}

/** Writes logins as a store would have left them, into a migrated SQLite file that nobody else writes to. */
export function writeLogins(path: string, logins: Logins): void {
  const database = new DatabaseSync(path)
  database.exec("pragma synchronous = off; begin")
  for (const statement of statementsFor(logins)) database.exec(statement)
  database.exec("commit; pragma wal_checkpoint(truncate)")
  database.close()
}

export function measureFile(path: string): FileSize {
  const database = new DatabaseSync(path)
  const read = (name: string) => Number(Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0])
  const pageMegabytes = read("page_size") / 1_000_000
  const size = {
    megabytes: read("page_count") * pageMegabytes,
    freeMegabytes: read("freelist_count") * pageMegabytes,
  }
  database.close()
  return size
}

// Ids and hashes begin with their time, as ours do, so that rows lie in the tables as a year of sign-ins leaves them.
function statementsFor({ at, count, from, to, isLive }: Logins): readonly string[] {
  const numbers = `with recursive n (i) as (select 0 union all select i + 1 from n where i < ${count - 1})`
  const time = `(${at - from * DAY} + i * ${((from - to) * DAY) / count})`
  const id = `printf('%08x-%04x-7%s', ${time} >> 16, ${time} & 65535, printf('%028d', i))`
  const timed = `printf('%08x.%043d', ${time} >> 12, i * 2654435761 % 4294967296 * 1000000 + i)`
  const whole = `cast(${time} as integer)`
  const end = isLive ? "null" : `${whole} + 3600000`
  const reason = isLive ? "null" : "'signed_out'"
  const user = `printf('%s-%d', '${isLive ? "live" : "done"}', i % 100000)`
  return [
    `${numbers} insert or ignore into users (user_id, address, display_name, created_at)
     select ${user}, ${user} || '@example.com', 'User', 0 from n where i < 100000`,
    `${numbers} insert into sign_in_requests (request_id, address, flow_hash, match_number, next, locale, device, ip,
       user_agent, requested_at, closed_at, code_tries)
     select ${id}, ${user} || '@example.com', ${timed}, 42, null, 'en', 'Firefox on Linux', '203.0.113.7',
       'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', ${whole}, ${whole} + 60000, 0 from n`,
    `${numbers} insert into outbox (outbox_id, request_id, state, is_over_limit, attempts, due_at, deadline, settled_at)
     select ${id}, ${id}, 'sent', 0, 1, ${whole} + 30000, ${whole} + 600000, ${whole} + 1000 from n`,
    `${numbers} insert into magic_link_tokens (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at,
       expires_at, consumed_at)
     select hex(randomblob(22)), ${id}, ${id}, ${timed}, ${user} || '@example.com', hex(randomblob(22)), ${whole},
       ${whole} + 600000, ${whole} + 60000 from n`,
    `${numbers} insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at,
       revoked_at, revoked_reason, provider, proven_at, device, ip, user_agent)
     select ${timed}, ${id}, ${user}, ${whole}, ${whole}, ${whole} + ${7 * DAY}, ${whole} + ${30 * DAY}, ${end}, ${reason},
       'magic_link', ${whole}, 'Firefox on Linux', '203.0.113.7',
       'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' from n`,
  ]
}
