import type { Seeded, SeedPlan } from "./contender.ts"
import { cameAt, justNow, secretsOf, sqlHash, sqlSecrets, sqlTimedHash, toSeeded } from "./linklatch-secrets.ts"
import { sampleOf } from "./sample.ts"
import { seedPostgres } from "./seed-postgres.ts"

// Number, time, id and hashes of each person, made by the server itself. `$1` people, `$2` when the last one came, `$3` how
// far apart they came. Ids begin with the time, as ours do.
const PEOPLE = `
  numbered as (
    select i, round($2::bigint - ($1::int - i) * $3::float8)::bigint as at from generate_series(0, $1::int - 1) i),
  person as (
    select i, at, 'user' || i || '@example.com' as address,
      left(hex, 8) || '-' || right(hex, 4) || '-7000-8000-' || lpad(to_hex(i), 12, '0') as id
    from numbered, lateral (select lpad(to_hex(at), 12, '0') as hex) h)`
const USERS = `with ${PEOPLE}
  insert into users (user_id, address, display_name, created_at) select id, address, 'Bench', at from person`
const REQUESTS = `with ${PEOPLE}
  insert into sign_in_requests (request_id, address, flow_hash, match_number, locale, device, requested_at, code_tries)
  select id, address, ${sqlTimedHash("flow")}, 42, 'en', 'a browser', at, 0
  from (select *, ${sqlSecrets.flow} as flow from person) p`
const MAILS = `with ${PEOPLE}
  insert into outbox (outbox_id, request_id, state, is_over_limit, attempts, due_at, deadline, settled_at)
  select id, id, 'sent', false, 1, at, at + $4::bigint, at from person`
const LINKS = `with ${PEOPLE}
  insert into magic_link_tokens (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at, expires_at)
  select ${sqlHash("token")}, id, id, ${sqlTimedHash("flow")}, address, '', at, at + $4::bigint
  from (select *, ${sqlSecrets.token} as token, ${sqlSecrets.flow} as flow from person) p`
const SESSIONS = `with ${PEOPLE}
  insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at, provider,
    proven_at, device)
  select ${sqlTimedHash("token")}, id, id, at, least($2::bigint, at + $4::bigint), at + $4::bigint, at + $4::bigint,
    'magic_link', at, 'a browser'
  from (select *, ${sqlSecrets.sessionToken} as token from person) p`

/** Has PostgreSQL write its tables by itself: an account each, and where wanted its request, sent mail, link and session. */
export async function seedTables(plan: SeedPlan): Promise<readonly Seeded[]> {
  const { database, people, areSignedIn, sample, begun, pace = justNow } = plan
  const who = [people, begun, pace.every]
  const users = { table: "users", text: USERS, values: who }
  const signIns = [
    { table: "sign_in_requests", text: REQUESTS, values: who },
    { table: "outbox", text: MAILS, values: [...who, pace.linkLasts] },
    { table: "magic_link_tokens", text: LINKS, values: [...who, pace.linkLasts] },
    { table: "sessions", text: SESSIONS, values: [...who, pace.sessionLasts] },
  ]
  await seedPostgres(database, areSignedIn ? [users, ...signIns] : [users])
  if (!areSignedIn) return []
  return sampleOf(people, sample, (index) => toSeeded(index, secretsOf(index, cameAt(index, plan))))
}
