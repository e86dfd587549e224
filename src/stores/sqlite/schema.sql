-- Made by scripts/dump-schema.ts from migrations/. Don't edit.

CREATE TABLE audit_bundles (
  bundle_index integer primary key,
  -- [[first, last], …]: positions of events, in the order of their indexes.
  ranges text not null
) strict;

CREATE TABLE audit_checkpoints (
  size integer primary key,
  note text not null,
  signed_at integer not null,
  is_cosigned integer not null default 0
) strict;

CREATE TABLE audit_log (
  only integer primary key check (only = 1),
  size integer not null default 0,
  cursor text not null default '0',
  min_index integer not null default 0,
  holder text,
  lease_until integer not null default 0
) strict;

CREATE TABLE audit_prunes (
  first_seq integer primary key,
  last_seq integer not null
) strict;

CREATE TABLE audit_tiles (
  level integer not null,
  tile_index integer not null,
  hashes blob not null,
  primary key (level, tile_index)
) strict;

CREATE TABLE auth_event_pii (
  pii_id text primary key,
  salt blob not null,
  address text,
  ip text,
  user_agent text
) strict, without rowid;

CREATE TRIGGER auth_event_pii_no_replace before insert on auth_event_pii
when exists (select 1 from auth_event_pii where pii_id = new.pii_id)
begin
  select raise(abort, 'auth_event_pii can be erased, not changed');
end;

CREATE TRIGGER auth_event_pii_no_update before update on auth_event_pii
begin
  select raise(abort, 'auth_event_pii can be erased, not changed');
end;

CREATE TABLE auth_events (
  seq integer primary key,
  event_id text not null,
  at integer not null,
  type text not null,
  user_id text,
  detail text not null check (json_type(detail) = 'object'),
  pii_id text,
  commitment text
) strict;

CREATE TRIGGER auth_events_no_delete before delete on auth_events
when coalesce((select last_seq from audit_prunes where first_seq <= old.seq order by first_seq desc limit 1), old.seq - 1) < old.seq
begin
  select raise(abort, 'auth_events is append-only');
end;

CREATE TRIGGER auth_events_no_replace before insert on auth_events
when exists (select 1 from auth_events where seq = new.seq)
begin
  select raise(abort, 'auth_events is append-only');
end;

CREATE TRIGGER auth_events_no_update before update on auth_events
begin
  select raise(abort, 'auth_events is append-only');
end;

CREATE TABLE magic_link_tokens (
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

CREATE INDEX magic_link_tokens_by_flow on magic_link_tokens (flow_hash);

CREATE TABLE outbox (
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

CREATE INDEX outbox_due on outbox (due_at) where state = 'queued';

CREATE TABLE rate_limits (
  limit_key text primary key,
  hits text not null,
  expires_at integer not null,
  reported_until integer not null
) strict, without rowid;

CREATE INDEX rate_limits_by_expiry on rate_limits (expires_at);

CREATE TABLE sessions (
  token_hash text primary key,
  session_id text not null,
  user_id text not null references users,
  created_at integer not null,
  last_seen_at integer not null,
  idle_expires_at integer not null,
  expires_at integer not null,
  revoked_at integer,
  revoked_reason text,
  provider text not null,
  proven_at integer not null,
  device text not null,
  ip text,
  user_agent text
) strict, without rowid;

CREATE INDEX sessions_by_user on sessions (user_id);

CREATE INDEX sessions_live on sessions (expires_at, session_id, revoked_at) where revoked_at is null;

CREATE INDEX sessions_revoked on sessions (revoked_at) where revoked_at is not null;

CREATE TABLE sign_in_requests (
  seq integer primary key autoincrement,
  request_id text not null unique,
  address text not null,
  flow_hash text not null,
  match_number integer not null,
  next text,
  locale text not null,
  device text not null,
  ip text,
  user_agent text,
  requested_at integer not null,
  closed_at integer,
  code_tries integer not null
) strict;

CREATE INDEX sign_in_requests_by_flow on sign_in_requests (flow_hash);

CREATE TABLE user_providers (
  user_id text not null references users,
  provider text not null,
  first_used_at integer not null,
  last_used_at integer not null,
  uses integer not null,
  primary key (user_id, provider)
) strict, without rowid;

CREATE TABLE users (
  user_id text primary key,
  address text not null unique,
  display_name text not null,
  created_at integer not null,
  disabled_at integer,
  -- Requests numbered up to this one are over, and so are their links: the person has signed in since, or was disabled.
  closed_through integer not null default 0
) strict, without rowid;

CREATE INDEX users_disabled on users (address) where disabled_at is not null;

CREATE TABLE walks (
  name text primary key,
  place text not null
) strict, without rowid;
