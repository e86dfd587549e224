-- Rows that are over go. SQLite would look for the children of each deleted request by reading outbox and links from end
-- to end, or by an index that every sign-in pays for: so both tables are made anew without `references`. A decision
-- writes, and sweeps, a request together with what belongs to it.

alter table outbox rename to outbox_before;
create table outbox (
  outbox_id text primary key,
  request_id text not null,
  state text not null check (state in ('queued', 'sent', 'withheld', 'given_up')),
  is_over_limit integer not null,
  attempts integer not null default 0,
  due_at integer not null,
  deadline integer not null,
  lease_id text,
  reason text,
  settled_at integer
) strict, without rowid;
insert into outbox select outbox_id, request_id, state, is_over_limit, attempts, due_at, deadline, lease_id, reason,
  settled_at from outbox_before;
drop table outbox_before;
create index outbox_due on outbox (due_at) where state = 'queued';

alter table magic_link_tokens rename to magic_link_tokens_before;
create table magic_link_tokens (
  seq integer primary key autoincrement,
  token_hash text not null unique,
  link_id text not null,
  request_id text not null,
  flow_hash text not null,
  address text not null,
  code_hash text not null,
  minted_at integer not null,
  expires_at integer not null,
  consumed_at integer,
  superseded_at integer,
  prefetched_at integer,
  match_tries integer not null default 0
) strict;
insert into magic_link_tokens select seq, token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at,
  expires_at, consumed_at, superseded_at, prefetched_at, match_tries from magic_link_tokens_before;
drop table magic_link_tokens_before;
create index magic_link_tokens_by_flow on magic_link_tokens (flow_hash);

-- Revoking writes it, signing in doesn't. Sessions that nobody revoked are found by `sessions_live`.
create index sessions_revoked on sessions (revoked_at) where revoked_at is not null;
