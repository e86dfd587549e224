-- What the migrations add up to, so that a review sees the effect of one. Don't edit; write it anew with:
--   npm test -- test/stores/postgres-schema.test.ts --update

create type appending as (
  type text,
  user_id text,
  detail text,
  address text,
  at bigint,
  writer writer
);

create type asking as (
  request_id text,
  outbox_id text,
  address text,
  flow_hash text,
  fresh_flow_hash text,
  match_number integer,
  next text,
  locale text,
  device text,
  at bigint,
  deadline bigint,
  known_browser limit_take,
  client limit_take,
  for_address limit_take,
  is_spent boolean,
  spent_detail text,
  writer writer
);

create type checking as (
  token_hash text,
  at bigint
);

create type disabling as (
  user_id text,
  is_disabled boolean,
  actor text,
  at bigint,
  writer writer
);

create type erasing as (
  address text,
  user_id text,
  before bigint,
  recent text,
  was_found boolean,
  limit_keys text[],
  actor text,
  at bigint
);

create type event as (
  type text,
  user_id text,
  detail text
);

create type happening as (
  writer writer,
  address text,
  at bigint,
  events event[]
);

create type limit_take as (
  key text,
  max integer,
  window_ms bigint,
  detail text
);

create type limit_told as (
  told text,
  counted integer,
  leaving bigint
);

create type minting as (
  token_hash text,
  link_id text,
  code_hash text,
  at bigint,
  expires_at bigint,
  outbox_id text,
  lease_id text
);

create type prefetching as (
  token_hash text,
  at bigint,
  writer writer
);

create type pressing as (
  token_hash text,
  flow_hash text,
  match_number integer,
  redeeming redeeming
);

create type recording as (
  user_id text,
  provider text,
  at bigint,
  writer writer
);

create type redeeming as (
  by text,
  at bigint,
  limits limit_take,
  session_id text,
  session_hash text,
  idle_expires_at bigint,
  expires_at bigint,
  device text,
  new_user_id text,
  replaces text,
  writer writer
);

create type redemption as (
  redeeming redeeming,
  told limit_told,
  status text,
  token_hash text,
  link_id text,
  request_id text,
  flow_hash text,
  address text,
  next text,
  user_id text,
  display_name text,
  user_created_at bigint,
  tries_left integer,
  was_tried boolean
);

create type revoking as (
  user_id text,
  session_id text,
  reason text,
  actor text,
  at bigint,
  writer writer
);

create type settling as (
  outbox_id text,
  lease_id text,
  at bigint,
  status text,
  reason text,
  due_at bigint,
  link_id text,
  event text,
  detail text,
  writer writer
);

create type taking as (
  limits limit_take,
  address text,
  at bigint,
  writer writer
);

create type touching as (
  token_hash text,
  at bigint,
  idle_expires_at bigint
);

create type typing as (
  flow_hash text,
  code_hashes text[],
  redeeming redeeming
);

create type writer as (
  salt bytea,
  commitment text,
  inner_pad bytea,
  outer_pad bytea,
  ip text,
  user_agent text
);

create table audit_bundles (
  bundle_index bigint not null,
  ranges text not null,
  PRIMARY KEY (bundle_index)
) with (fillfactor=90, autovacuum_vacuum_scale_factor=0.02);

create table audit_checkpoints (
  size bigint not null,
  note text not null,
  signed_at bigint not null,
  is_cosigned boolean not null default false,
  PRIMARY KEY (size)
) with (autovacuum_vacuum_scale_factor=0.02);

create table audit_log (
  only_one integer not null default 1,
  size bigint not null default 0,
  cursor text not null default '0'::text,
  min_index bigint not null default 0,
  holder text,
  lease_until bigint not null default 0,
  CHECK ((only_one = 1)),
  PRIMARY KEY (only_one)
) with (fillfactor=20, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500);

create table audit_prunes (
  first_seq bigint not null,
  last_seq bigint not null,
  PRIMARY KEY (first_seq)
);

create table audit_tiles (
  level integer not null,
  tile_index bigint not null,
  hashes bytea not null,
  PRIMARY KEY (level, tile_index)
) with (fillfactor=90, autovacuum_vacuum_scale_factor=0.02);

create table auth_event_pii (
  pii_id text collate "C" not null,
  salt bytea not null,
  address text collate "C",
  ip text,
  user_agent text,
  PRIMARY KEY (pii_id)
);

create table auth_events (
  seq bigint not null identity,
  event_id text collate "C" not null,
  at bigint not null,
  type text not null,
  user_id text collate "C",
  detail text not null,
  pii_id text collate "C",
  commitment text collate "C",
  CHECK ((json_typeof((detail)::json) = 'object'::text)),
  PRIMARY KEY (seq)
);

create table magic_link_tokens (
  seq bigint not null identity,
  token_hash text collate "C" not null,
  link_id text collate "C" not null,
  request_id text collate "C" not null,
  flow_hash text collate "C" not null,
  address text collate "C" not null,
  code_hash text collate "C" not null,
  minted_at bigint not null,
  expires_at bigint not null,
  consumed_at bigint,
  superseded_at bigint,
  prefetched_at bigint,
  match_tries integer not null default 0,
  PRIMARY KEY (token_hash)
) with (fillfactor=80);

create table outbox (
  outbox_id text collate "C" not null,
  request_id text collate "C" not null,
  state text not null,
  is_over_limit boolean not null,
  attempts integer not null default 0,
  due_at bigint not null,
  deadline bigint not null,
  lease_id text collate "C",
  reason text,
  settled_at bigint,
  PRIMARY KEY (outbox_id),
  CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'withheld'::text, 'given_up'::text])))
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.02);

create table rate_limits (
  limit_key text collate "C" not null,
  hits bigint[] not null,
  max integer not null,
  window_ms bigint not null,
  expires_at bigint not null,
  reported_until bigint not null default 0,
  told text not null default 'admitted'::text,
  PRIMARY KEY (limit_key),
  CHECK ((told = ANY (ARRAY['admitted'::text, 'refused'::text, 'reported'::text])))
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.05);

create table sessions (
  token_hash text collate "C" not null,
  session_id text collate "C" not null,
  user_id text collate "C" not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  idle_expires_at bigint not null,
  expires_at bigint not null,
  revoked_at bigint,
  revoked_reason text,
  provider text not null,
  proven_at bigint not null,
  device text not null,
  ip text,
  user_agent text,
  PRIMARY KEY (token_hash)
) with (fillfactor=80);

create table sign_in_requests (
  seq bigint not null identity,
  request_id text collate "C" not null,
  address text collate "C" not null,
  flow_hash text collate "C" not null,
  match_number integer not null,
  next text,
  locale text not null,
  device text not null,
  ip text,
  user_agent text,
  requested_at bigint not null,
  closed_at bigint,
  code_tries integer not null,
  PRIMARY KEY (request_id)
) with (fillfactor=90);

create table user_providers (
  user_id text collate "C" not null,
  provider text collate "C" not null,
  first_used_at bigint not null,
  last_used_at bigint not null,
  uses bigint not null,
  PRIMARY KEY (user_id, provider)
) with (fillfactor=80);

create table users (
  user_id text collate "C" not null,
  address text collate "C" not null,
  display_name text not null,
  created_at bigint not null,
  disabled_at bigint,
  closed_through bigint not null default 0,
  UNIQUE (address),
  PRIMARY KEY (user_id)
) with (fillfactor=80);

create table walks (
  name text collate "C" not null,
  place text collate "C" not null,
  PRIMARY KEY (name)
) with (fillfactor=50);

CREATE INDEX magic_link_tokens_by_flow ON magic_link_tokens USING btree (flow_hash);

CREATE INDEX outbox_due ON outbox USING btree (due_at) WHERE (state = 'queued'::text);

CREATE INDEX rate_limits_by_expiry ON rate_limits USING btree (expires_at);

CREATE INDEX sessions_by_user ON sessions USING btree (user_id);

CREATE INDEX sessions_live ON sessions USING btree (expires_at, session_id) WHERE (revoked_at IS NULL);

CREATE INDEX sessions_revoked ON sessions USING btree (revoked_at) WHERE (revoked_at IS NOT NULL);

CREATE INDEX sign_in_requests_by_flow ON sign_in_requests USING btree (flow_hash);

CREATE INDEX users_disabled ON users USING btree (address) WHERE (disabled_at IS NOT NULL);

CREATE TRIGGER auth_event_pii_no_truncate BEFORE TRUNCATE ON auth_event_pii FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- enabled: always

CREATE TRIGGER auth_event_pii_no_update BEFORE UPDATE ON auth_event_pii FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- enabled: always

CREATE TRIGGER auth_events_append_only BEFORE DELETE OR UPDATE ON auth_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- enabled: always

CREATE TRIGGER auth_events_no_truncate BEFORE TRUNCATE ON auth_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- enabled: always

CREATE OR REPLACE FUNCTION append_events(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
begin
  return json_build_object('events', write_events(array(
    select row(a.writer, a.address, a.at, array[row(a.type, a.user_id, a.detail)::event])::happening
    from json_populate_recordset(null::appending, input) a)));
end
$function$;

CREATE OR REPLACE FUNCTION base64url(bytes bytea)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select rtrim(translate(encode(bytes, 'base64'), '+/', '-_'), '=')
$function$;

CREATE OR REPLACE FUNCTION check_sessions(input json)
 RETURNS json
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
begin
  return (
    select json_agg(case when u.disabled_at is null and s.revoked_at is null and s.idle_expires_at > c.at and s.expires_at > c.at
      then json_build_array(user_json(u), session_json(s)) end)
    from json_populate_recordset(null::checking, input) c
      left join lateral (select * from sessions s where s.token_hash = c.token_hash offset 0) s on true
      left join users u on u.user_id = s.user_id);
end
$function$;

CREATE OR REPLACE FUNCTION claim_outbox(lease text, lease_until bigint, at_most integer, at bigint, latest_deadline bigint)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  result json;
begin
  -- Rows that others claim are passed over; those that a link is being minted for are not, as minting changes nothing of them.
  -- Put off by a clock that is ahead of ours.
  update outbox o set due_at = case when o.lease_id is null then claim_outbox.at else lease_until end
    where o.outbox_id in (
      select far.outbox_id from outbox far where far.state = 'queued' and far.due_at > latest_deadline
      order by far.due_at limit at_most for no key update skip locked);
  with due as materialized (
    select o.outbox_id from outbox o where o.state = 'queued' and o.due_at <= claim_outbox.at
    order by o.due_at limit at_most for no key update skip locked
  ), leased as (
    update outbox o set lease_id = lease, due_at = lease_until, deadline = least(o.deadline, latest_deadline), attempts = o.attempts + 1
    from due where o.outbox_id = due.outbox_id
    returning o.outbox_id, o.request_id, o.deadline, o.attempts, o.is_over_limit
  )
  select json_agg(json_build_object('outboxId', o.outbox_id, 'requestId', o.request_id, 'address', r.address, 'flowHash', r.flow_hash,
    'locale', r.locale, 'device', r.device, 'ip', r.ip, 'userAgent', r.user_agent, 'requestedAt', r.requested_at,
    'deadline', o.deadline, 'attempt', o.attempts, 'isOverLimit', o.is_over_limit,
    'isClosed', r.seq <= coalesce(u.closed_through, 0),
    'user', case when u.user_id is not null then user_json(u) end) order by r.seq)
  into result
  from leased o join sign_in_requests r on r.request_id = o.request_id left join users u on u.address = r.address;
  return coalesce(result, '[]');
end
$function$;

CREATE OR REPLACE FUNCTION commit_to(address text, writer writer)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select base64url(sha256((writer).outer_pad || sha256((writer).inner_pad
    || convert_to('{"address":' || coalesce(to_json(address)::text, 'null') || ',"ip":' || coalesce(to_json((writer).ip)::text, 'null')
      || ',"userAgent":' || coalesce(to_json((writer).user_agent)::text, 'null') || '}', 'UTF8'))))
$function$;

CREATE OR REPLACE FUNCTION complete_redemptions(redemptions redemption[])
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  last_request bigint := (select last_value from sign_in_requests_seq_seq);
  happenings happening[];
  outcomes json;
begin
  with pressed as materialized (
    select r.*, (r.redeeming).at as at,
      r.status = 'redeemed' and row_number() over (partition by r.status, r.address order by r.nth) = 1 as may_win
    from unnest(redemptions) with ordinality as r (redeeming, told, status, token_hash, link_id, request_id, flow_hash, address, next,
      user_id, display_name, user_created_at, tries_left, was_tried, nth)
  ), created as (
    insert into users (user_id, address, display_name, created_at, closed_through)
    select (redeeming).new_user_id, address, display_name_from(address), at, last_request
    from pressed where may_win and user_id is null order by address
    on conflict (address) do nothing
    returning user_id, address, display_name
  ), won as materialized (
    select p.*, (p.redeeming).by as by, c.user_id is not null as is_new, coalesce(p.user_id, c.user_id) as winner,
      coalesce(p.display_name, c.display_name) as name
    from pressed p left join created c on c.address = p.address
    where p.may_win and coalesce(p.user_id, c.user_id) is not null
  ), caught_up as (
    update users u set closed_through = last_request from won where u.user_id = won.winner and not won.is_new
  ), consumed as (
    update magic_link_tokens t set consumed_at = won.at from won where t.token_hash = won.token_hash
  ), closed as (
    update sign_in_requests r set closed_at = won.at from won where r.flow_hash = won.flow_hash and r.closed_at is null
  ), tried as (
    update magic_link_tokens t set match_tries = match_tries + 1 from pressed p
    where p.status = 'wrong_browser' and p.was_tried and t.token_hash = p.token_hash
  ), counted as (
    insert into user_providers as c (user_id, provider, first_used_at, last_used_at, uses)
    select winner, by, at, at, 1 from won order by winner
    on conflict (user_id, provider) do update set last_used_at = excluded.last_used_at, uses = c.uses + 1
    returning user_id, uses
  ), old as materialized (
    select s.token_hash, won.nth, won.at, s.revoked_at is null and s.idle_expires_at > won.at and s.expires_at > won.at as is_live
    from won join sessions s on s.token_hash = (won.redeeming).replaces
    order by s.token_hash for no key update of s
  ), ended as (
    update sessions s set revoked_at = old.at, revoked_reason = 'replaced' from old
    where old.is_live and s.token_hash = old.token_hash
    returning s.session_id, s.user_id, old.nth
  ), started as (
    insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at, provider, proven_at,
      device, ip, user_agent)
    select (r).session_hash, (r).session_id, winner, at, at, (r).idle_expires_at, (r).expires_at, by, at, (r).device,
      ((r).writer).ip, ((r).writer).user_agent
    from (select won.*, won.redeeming as r from won) won order by (r).session_hash
  ), ends as materialized (
    select p.nth, p.redeeming, p.address, p.at, p.told, p.next, p.tries_left, p.was_tried, p.link_id, p.request_id,
      case when p.status = 'redeemed' and won.nth is null then 'again' else p.status end as status,
      (p.redeeming).by as by, won.winner, won.is_new, won.name, p.user_created_at,
      counted.uses = 1 as is_first, ended.session_id as ended_id, ended.user_id as ended_user
    from pressed p left join won on won.nth = p.nth left join counted on counted.user_id = won.winner
      left join ended on ended.nth = p.nth
  )
  select
    json_agg(json_build_object('status', status, 'told', case when (told).told is not null then
        json_build_array((told).told, (told).counted, (told).leaving) end,
      'address', address, 'next', next, 'triesLeft', tries_left, 'wasTried', was_tried, 'userId', winner, 'isNew', is_new,
      'name', name, 'createdAt', case when is_new then at else user_created_at end) order by nth),
    array_agg(row((redeeming).writer, address, at, case status
      when 'rate_limited' then
        case when (told).told = 'reported' then array[row('rate_limited', null, ((redeeming).limits).detail)::event] end
      when 'again' then null
      when 'redeemed' then array_remove(array[
        case when is_new then row('user_created', winner, '{}')::event end,
        row('link_consumed', winner, '{"requestId":' || to_json(request_id) || ',"linkId":' || to_json(link_id)
          || ',"by":' || to_json(by) || '}')::event,
        row('provider_used', winner, '{"provider":' || to_json(by) || ',"isFirst":' || is_first::text || '}')::event,
        case when ended_id is not null then
          row('session_revoked', ended_user, '{"sessionId":' || to_json(ended_id) || ',"reason":"replaced"}')::event end,
        row('session_created', winner, '{"sessionId":' || to_json((redeeming).session_id) || ',"provider":' || to_json(by) || '}')::event
      ], null)
      else array[row('consume_failed', null, '{"by":' || to_json(by) || ',"reason":'
        || to_json(case status when 'refused' then 'disabled' else status end)
        || ',"linkId":' || coalesce(to_json(link_id)::text, 'null') || '}')::event]
      end)::happening order by nth)
  into outcomes, happenings
  from ends;
  return json_build_object('outcomes', outcomes, 'events', write_events(happenings));
end
$function$;

CREATE OR REPLACE FUNCTION cursor_through(cursor text)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case json_typeof(cursor::json) when 'number' then cursor else cursor::json ->> 'through' end::bigint
$function$;

CREATE OR REPLACE FUNCTION display_name_from(address text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select coalesce(nullif((
    select string_agg(upper(left(w, 1)) || substr(w, 2), ' ' order by nth)
    from regexp_split_to_table(coalesce(nullif(split_part(split_part(address, '@', 1), '+', 1), ''), split_part(address, '@', 1)), '[._-]+')
      with ordinality as words (w, nth)
    where w <> ''), ''), split_part(address, '@', 1))
$function$;

CREATE OR REPLACE FUNCTION end_sessions(of_user text, id text, reason text, actor text, at bigint)
 RETURNS event[]
 LANGUAGE sql
AS $function$
  with live as materialized (
    select s.token_hash from sessions s
    where s.user_id = of_user and (id is null or s.session_id = id)
      and s.revoked_at is null and s.idle_expires_at > end_sessions.at and s.expires_at > end_sessions.at
    order by s.token_hash for no key update
  ), ended as (
    update sessions s set revoked_at = end_sessions.at, revoked_reason = reason
    from live where s.token_hash = live.token_hash
    returning s.session_id, s.token_hash
  )
  select coalesce(array_agg(row('session_revoked', of_user, '{"sessionId":' || to_json(session_id) || ',"reason":' || to_json(reason)
    || coalesce(',"by":' || to_json(actor), '') || '}')::event order by token_hash), '{}')
  from ended
$function$;

CREATE OR REPLACE FUNCTION erase_person(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  e erasing := json_populate_record(null::erasing, input);
  limits bigint;
  requests bigint;
  known users;
  erased text;
  ended event[] := '{}';
begin
  perform from rate_limits l where l.limit_key = any (e.limit_keys) order by l.limit_key for update;
  delete from rate_limits l where l.limit_key = any (e.limit_keys);
  get diagnostics limits = row_count;
  requests := erase_requests(array(
    select r.request_id from sign_in_requests r
    where r.request_id >= e.recent and r.address = e.address and r.requested_at < coalesce(e.before, r.requested_at + 1)));
  -- Behind the requests, whose locks a redeem holds: whoever it has made a user by now is seen.
  for known in
    select * from users u where u.address = e.address and u.created_at < coalesce(e.before, u.created_at + 1)
    union all
    select * from users u where u.user_id = e.user_id and u.address is distinct from e.address
      and u.created_at < coalesce(e.before, u.created_at + 1)
  loop
    perform from users u where u.user_id = known.user_id for update;
    ended := ended || end_sessions(known.user_id, null, 'user_erased', e.actor, e.at);
    delete from sessions s where s.user_id = known.user_id;
    delete from user_providers p where p.user_id = known.user_id;
    delete from users u where u.user_id = known.user_id;
    erased := coalesce(erased, known.user_id);
  end loop;
  if erased is null and limits = 0 and requests = 0 and not e.was_found then
    return json_build_object('outcome', 'nothing');
  end if;
  return json_build_object('outcome', 'erased', 'userId', erased, 'ended', cardinality(ended), 'requests', requests,
    'events', write_events(array[row(null, null, e.at,
      ended || row('user_erased', coalesce(erased, e.user_id), '{"by":' || to_json(e.actor) || '}')::event)::happening]));
end
$function$;

CREATE OR REPLACE FUNCTION erase_persons(ids text[])
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
declare
  gone bigint;
begin
  -- Not locked in an order first: that would need the right to change them, which the application's role must not have.
  delete from auth_event_pii where pii_id = any (ids);
  get diagnostics gone = row_count;
  return gone;
end
$function$;

CREATE OR REPLACE FUNCTION erase_requests(ids text[])
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  mail text[] := array(
    select o.outbox_id from sign_in_requests r
      -- Its id was made in the moment of asking, as the request's was.
      join outbox o on o.outbox_id >= first_id_at(r.requested_at) and o.outbox_id < first_id_at(r.requested_at + 1)
        and o.request_id = r.request_id
    where r.request_id = any (ids));
  gone bigint;
begin
  perform from outbox o where o.outbox_id = any (mail) and o.state = 'queued' order by o.outbox_id for update;
  perform from sign_in_requests r where r.request_id = any (ids) order by r.flow_hash, r.request_id for update;
  delete from magic_link_tokens t using sign_in_requests r
    where r.request_id = any (ids) and t.flow_hash = r.flow_hash and t.request_id = r.request_id;
  delete from outbox o where o.outbox_id = any (mail);
  delete from sign_in_requests r where r.request_id = any (ids);
  get diagnostics gone = row_count;
  return gone;
end
$function$;

CREATE OR REPLACE FUNCTION event_json(e auth_events, p auth_event_pii)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select json_build_array((e).seq, (e).event_id, (e).at, (e).type, (e).user_id, (e).detail, (e).commitment, (p).pii_id, (p).address, (p).ip,
    (p).user_agent)
$function$;

CREATE OR REPLACE FUNCTION extend_log(from_size bigint, from_cursor text, to_cursor text, events integer, bundles bigint[], added text[], levels integer[], indexes bigint[], widths integer[], hashes bytea)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
begin
  update audit_log l set size = l.size + events, cursor = to_cursor where l.size = from_size and l.cursor = from_cursor;
  if not found then return '"conflict"'; end if;
  -- Where the last range of a bundle and the first that joins it are neighbours, they become one.
  insert into audit_bundles as b (bundle_index, ranges) select * from unnest(bundles, added)
    on conflict (bundle_index) do update set ranges = case
      when substring(b.ranges from '(\d+)\]\]$')::bigint + 1 = substring(excluded.ranges from '^\[\[(\d+),')::bigint
      then regexp_replace(b.ranges, '\d+\]\]$', '') || substr(excluded.ranges, strpos(excluded.ranges, ',') + 1)
      else left(b.ranges, -1) || ',' || substr(excluded.ranges, 2) end;
  insert into audit_tiles as t (level, tile_index, hashes)
    select one.level, one.tile_index, substring(extend_log.hashes from (one.through - one.width + 1)::integer for one.width)
    from (
      select u.level, u.tile_index, u.width, sum(u.width) over (order by u.nth) as through
      from unnest(levels, indexes, widths) with ordinality as u (level, tile_index, width, nth)
    ) one
    on conflict (level, tile_index) do update set hashes = excluded.hashes;
  return '"extended"';
end
$function$;

CREATE OR REPLACE FUNCTION first_id_at(at bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select left(lpad(to_hex(at), 12, '0'), 8) || '-' || right(lpad(to_hex(at), 12, '0'), 4)
$function$;

CREATE OR REPLACE FUNCTION inspect_link(hash text)
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
  select json_build_object('linkId', t.link_id, 'address', t.address, 'flowHash', t.flow_hash, 'next', r.next, 'device', r.device,
    'ip', r.ip, 'requestedAt', r.requested_at, 'prefetchedAt', t.prefetched_at, 'matchTries', t.match_tries,
    'consumedAt', t.consumed_at, 'isRefused', u.disabled_at is not null,
    'isSuperseded', t.superseded_at is not null or r.seq <= coalesce(u.closed_through, 0), 'expiresAt', t.expires_at)
  from magic_link_tokens t join sign_in_requests r on r.request_id = t.request_id left join users u on u.address = t.address
  where t.token_hash = hash
$function$;

CREATE OR REPLACE FUNCTION keep_checkpoint(new_size bigint, new_note text, at bigint, by_others boolean)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
begin
  perform from audit_log for no key update;
  insert into audit_checkpoints as c (size, note, signed_at, is_cosigned) values (new_size, new_note, at, by_others)
    on conflict (size) do update set note = excluded.note, is_cosigned = true where by_others;
  delete from audit_checkpoints c
    where c.size in (select o.size from audit_checkpoints o where o.size < new_size order by o.size desc limit 4)
      and c.signed_at >= at - at % 3600000 and c.is_cosigned = by_others;
  return '{}';
end
$function$;

CREATE OR REPLACE FUNCTION latest_request(flow text)
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
  select json_build_object('requestId', request_id, 'address', address, 'matchNumber', match_number, 'next', next,
    'requestedAt', requested_at, 'closedAt', closed_at, 'codeTries', code_tries)
  from sign_in_requests where flow_hash = flow order by seq desc limit 1
$function$;

CREATE OR REPLACE FUNCTION lease_log(taker text, at bigint, until bigint)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
begin
  perform from audit_log l where l.holder = taker and l.lease_until - at >= (until - at) / 2;
  if found then return '"held"'; end if;
  update audit_log l set holder = taker, lease_until = until
    where l.holder is null or l.holder = taker or l.lease_until <= at or l.lease_until > until + (until - at);
  return to_json(case when found then 'held' else 'taken' end);
end
$function$;

CREATE OR REPLACE FUNCTION link_status(consumed_at bigint, disabled_at bigint, superseded_at bigint, request_seq bigint, closed_through bigint, expires_at bigint, at bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select case
    when consumed_at is not null then 'used'
    when disabled_at is not null then 'refused'
    when superseded_at is not null or request_seq <= coalesce(closed_through, 0) then 'superseded'
    when at >= expires_at then 'expired'
    else 'live' end
$function$;

CREATE OR REPLACE FUNCTION log_backlog(at_most integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  upto text := (select l.cursor from audit_log l);
begin
  return (select json_build_object('events', count(*), 'oldestAt', min(e.at)) from waiting_events(upto, at_most) e);
end
$function$;

CREATE OR REPLACE FUNCTION log_writers()
 RETURNS json
 LANGUAGE sql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
  select json_build_object('top', (select coalesce(max(seq), 0) from auth_events), 'writers', (
    select coalesce(json_agg(l.virtualtransaction), '[]') from pg_locks l
    where l.locktype = 'relation' and l.relation = 'auth_events'::regclass and l.mode = 'RowExclusiveLock' and l.granted
      and l.database = (select oid from pg_database where datname = current_database())))
$function$;

CREATE OR REPLACE FUNCTION mint_links(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  result json;
begin
  with asked as materialized (
    select m.* from json_populate_recordset(null::minting, input) m
  ), minted as (
    insert into magic_link_tokens (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at, expires_at)
    select m.token_hash, m.link_id, r.request_id, r.flow_hash, r.address, m.code_hash, m.at, m.expires_at
    from asked m
      cross join lateral (select * from outbox o where o.outbox_id = m.outbox_id offset 0 for key share) o
      join sign_in_requests r on r.request_id = o.request_id
    where o.lease_id = m.lease_id and o.state = 'queued' and o.due_at > m.at
    returning link_id
  )
  select json_build_object('outcomes', json_agg(case when minted.link_id is null then 'lease_lost' else 'minted' end order by m.nth))
  into result
  from (select a.link_id, row_number() over () as nth from asked a) m left join minted on minted.link_id = m.link_id;
  return result;
end
$function$;

CREATE OR REPLACE FUNCTION note_prefetch(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
declare
  p prefetching := json_populate_record(null::prefetching, input);
  link record;
begin
  update magic_link_tokens t set prefetched_at = p.at
    from sign_in_requests r left join users u on u.address = r.address
    where t.token_hash = p.token_hash and t.prefetched_at is null and r.request_id = t.request_id
      and link_status(t.consumed_at, u.disabled_at, t.superseded_at, r.seq, u.closed_through, t.expires_at, p.at) = 'live'
    returning t.link_id, t.address into link;
  if not found then return '{}'; end if;
  return json_build_object('events', write_events(array[row(p.writer, link.address, p.at,
    array[row('link_prefetched', null, '{"linkId":' || to_json(link.link_id) || '}')::event])::happening]));
end
$function$;

CREATE OR REPLACE FUNCTION open_requests(input json, code_tries_max integer)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  asked asking[] := array(select a from json_populate_recordset(null::asking, input) a);
  ats bigint[] := array(select a.at from unnest(asked) a);
  known limit_told[] := take_limits(array(select a.known_browser from unnest(asked) a), ats);
  client limit_told[];
  for_address limit_told[];
  happenings happening[];
  outcomes json;
begin
  client := take_limits(array(
    select case when (z.k).told is distinct from 'admitted' then (z.a).client end
    from (select unnest(asked) as a, unnest(known) as k) z), ats);
  for_address := take_limits(array(
    select case when (z.k).told is distinct from 'admitted' and coalesce((z.c).told, 'admitted') = 'admitted' then (z.a).for_address end
    from (select unnest(asked) as a, unnest(known) as k, unnest(client) as c) z), ats);
  -- So that no wrong code is counted on a request of a flow while its tries are copied to the next one.
  perform from sign_in_requests r where r.flow_hash = any (array(select a.flow_hash from unnest(asked) a where a.flow_hash is not null))
    order by r.flow_hash, r.request_id for no key update;

  with decided as materialized (
    select z.nth, z.a, z.c, coalesce((z.c).told, 'admitted') <> 'admitted' as is_refused,
      coalesce((z.f).told, 'admitted') <> 'admitted' or (z.a).is_spent as is_spent,
      case when (z.f).told = 'reported' then ((z.a).for_address).detail else (z.a).spent_detail end as spent_detail,
      kept.match_number, kept.code_tries
    from (
      select unnest(asked) as a, unnest(client) as c, unnest(for_address) as f, generate_subscripts(asked, 1) as nth
    ) z
      left join lateral (
        select r.address, r.closed_at, r.match_number, r.code_tries
        from sign_in_requests r where r.flow_hash = (z.a).flow_hash order by r.seq desc limit 1
      ) kept on kept.address = (z.a).address and kept.closed_at is null and kept.code_tries < code_tries_max
  ), opened as (
    insert into sign_in_requests (request_id, address, flow_hash, match_number, next, locale, device, ip, user_agent,
      requested_at, code_tries)
    select (a).request_id, (a).address, case when match_number is null then (a).fresh_flow_hash else (a).flow_hash end,
      coalesce(match_number, (a).match_number), (a).next, (a).locale, (a).device, ((a).writer).ip, ((a).writer).user_agent,
      (a).at, coalesce(code_tries, 0)
    from decided where not is_refused order by nth
  ), owed as (
    insert into outbox (outbox_id, request_id, state, is_over_limit, due_at, deadline)
    select (a).outbox_id, (a).request_id, 'queued', is_spent, (a).at, (a).deadline
    from decided where not is_refused order by nth
  )
  select
    json_agg(json_build_array(
      case when is_refused then 'rate_limited' when match_number is null then 'fresh' else 'kept' end,
      (c).told, (c).counted, (c).leaving) order by nth),
    array_agg(row((a).writer, (a).address, (a).at, case
      when (c).told = 'reported' then array[row('rate_limited', null, ((a).client).detail)::event]
      when is_refused then null
      when spent_detail is not null then array[row('rate_limited', null, spent_detail)::event, requested]
      else array[requested] end)::happening order by nth)
  into outcomes, happenings
  from decided cross join lateral (
    select row('link_requested', null, '{"requestId":' || to_json((a).request_id) || '}')::event as requested
  ) e;

  return json_build_object('outcomes', outcomes, 'events', write_events(happenings));
end
$function$;

CREATE OR REPLACE FUNCTION prune_log(bundle bigint)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  behind bigint := (bundle + 1) * 256;
  top bigint;
  goes record;
begin
  perform from audit_log l where l.min_index = bundle * 256 and l.size >= behind for no key update;
  if not found or not exists (select from audit_checkpoints c where c.size >= behind) then return '"refused"'; end if;
  -- The newest event stays: on SQLite the next one's number is above its.
  select max(e.seq) into top from auth_events e;
  if exists (select from ranges_of(bundle) r where r.last >= top) then return '"refused"'; end if;
  for goes in select r.first, r.last from ranges_of(bundle) r order by r.first loop
    -- Neighbours become one row: so there are few, and the trigger finds the right one at once.
    update audit_prunes p set last_seq = goes.last
      where p.first_seq = (select max(o.first_seq) from audit_prunes o where o.first_seq < goes.first) and p.last_seq = goes.first - 1;
    if not found then insert into audit_prunes (first_seq, last_seq) values (goes.first, goes.last); end if;
    delete from auth_event_pii p
      where p.pii_id = any (array(select e.pii_id from auth_events e where e.seq >= goes.first and e.seq <= goes.last));
    delete from auth_events e where e.seq >= goes.first and e.seq <= goes.last;
  end loop;
  update audit_log set min_index = behind;
  return '"pruned"';
end
$function$;

CREATE OR REPLACE FUNCTION ranges_of(bundle bigint)
 RETURNS TABLE(first bigint, last bigint)
 LANGUAGE sql
 STABLE
AS $function$
  select range[1]::bigint, range[2]::bigint
  from audit_bundles b cross join lateral regexp_matches(b.ranges, '\[(\d{1,18}),(\d{1,18})\]', 'g') range
  where b.bundle_index = bundle
$function$;

CREATE OR REPLACE FUNCTION record_provider(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
declare
  r recording := json_populate_record(null::recording, input);
  of_address text;
  times bigint;
begin
  select address into of_address from users where user_id = r.user_id for no key update;
  if not found then return json_build_object('outcome', 'unknown_user'); end if;
  insert into user_providers as c (user_id, provider, first_used_at, last_used_at, uses)
    values (r.user_id, r.provider, r.at, r.at, 1)
    on conflict (user_id, provider) do update set last_used_at = excluded.last_used_at, uses = c.uses + 1
    returning uses into times;
  return json_build_object('outcome', 'recorded', 'events', write_events(array[row(r.writer, of_address, r.at, array[
    row('provider_used', r.user_id, '{"provider":' || to_json(r.provider) || ',"isFirst":' || (times = 1)::text || '}')::event
  ])::happening]));
end
$function$;

CREATE OR REPLACE FUNCTION redeem_codes(input json, code_tries_max integer)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  typed typing[] := array(select t from json_populate_recordset(null::typing, input) t);
  told limit_told[] := take_limits(array(select (t.redeeming).limits from unnest(typed) t),
    array(select (t.redeeming).at from unnest(typed) t));
  flows text[] := array(
    select (z.p).flow_hash from (select unnest(typed) as p, unnest(told) as t) z where coalesce((z.t).told, 'admitted') = 'admitted');
  redemptions redemption[];
begin
  perform from sign_in_requests r where r.flow_hash = any (flows) order by r.flow_hash, r.request_id for no key update;
  perform from users u
    where u.address in (select r.address from sign_in_requests r where r.flow_hash = any (flows))
    order by u.address for no key update;
  redemptions := array(
    select row((z.p).redeeming, z.t, d.status, t.token_hash, t.link_id, coalesce(t.request_id, q.request_id), q.flow_hash, q.address, r.next,
      u.user_id, u.display_name, u.created_at, greatest(0, code_tries_max - q.code_tries - 1), q.code_tries < code_tries_max)::redemption
    from (select unnest(typed) as p, unnest(told) as t, generate_subscripts(typed, 1) as nth) z
      left join lateral (
        select * from sign_in_requests q where q.flow_hash = (z.p).flow_hash order by q.seq desc limit 1
      ) q on true
      left join lateral (
        select * from magic_link_tokens t
        where t.flow_hash = q.flow_hash and t.code_hash = any ((z.p).code_hashes) and q.code_tries < code_tries_max
        order by t.seq desc limit 1
      ) t on true
      left join sign_in_requests r on r.request_id = t.request_id
      left join users u on u.address = q.address
      cross join lateral (
        select link_status(t.consumed_at, u.disabled_at, t.superseded_at, r.seq, u.closed_through, t.expires_at,
          ((z.p).redeeming).at) as link
      ) l
      cross join lateral (
        select case
          when coalesce((z.t).told, 'admitted') <> 'admitted' then 'rate_limited'
          when q.request_id is null then 'unknown'
          when t.token_hash is null then 'wrong_code'
          when l.link <> 'live' then l.link
          else 'redeemed' end as status
      ) d
    order by z.nth);
  -- Counted on the request, which exists whether or not a mail went out, so a wrong code tells nobody which (P4).
  update sign_in_requests r set code_tries = code_tries + 1 from unnest(redemptions) d
    where d.status = 'wrong_code' and d.was_tried and r.request_id = d.request_id;
  return complete_redemptions(redemptions);
end
$function$;

CREATE OR REPLACE FUNCTION redeem_links(input json, match_tries_max integer)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  pressed pressing[] := array(select p from json_populate_recordset(null::pressing, input) p);
  told limit_told[] := take_limits(array(select (p.redeeming).limits from unnest(pressed) p),
    array(select (p.redeeming).at from unnest(pressed) p));
  hashes text[] := array(
    select (z.p).token_hash from (select unnest(pressed) as p, unnest(told) as t) z where coalesce((z.t).told, 'admitted') = 'admitted');
begin
  perform from sign_in_requests r
    where r.flow_hash in (select t.flow_hash from magic_link_tokens t where t.token_hash = any (hashes))
    order by r.flow_hash, r.request_id for no key update;
  perform from users u
    where u.address in (select t.address from magic_link_tokens t where t.token_hash = any (hashes))
    order by u.address for no key update;
  return complete_redemptions(array(
    select row((z.p).redeeming, z.t, d.status, t.token_hash, t.link_id, t.request_id, t.flow_hash, t.address, r.next, u.user_id,
      u.display_name, u.created_at,
      greatest(0, match_tries_max - t.match_tries - case when d.was_tried then 1 else 0 end), d.was_tried)::redemption
    from (select unnest(pressed) as p, unnest(told) as t, generate_subscripts(pressed, 1) as nth) z
      left join magic_link_tokens t on t.token_hash = (z.p).token_hash
      left join sign_in_requests r on r.request_id = t.request_id
      left join users u on u.address = t.address
      cross join lateral (
        select link_status(t.consumed_at, u.disabled_at, t.superseded_at, r.seq, u.closed_through, t.expires_at,
            ((z.p).redeeming).at) as link,
          (z.p).flow_hash is not distinct from t.flow_hash as is_own,
          t.match_tries < match_tries_max and (z.p).match_number is not null as may_try
      ) l
      cross join lateral (
        select case
            when coalesce((z.t).told, 'admitted') <> 'admitted' then 'rate_limited'
            when t.token_hash is null then 'unknown'
            when l.link <> 'live' then l.link
            when l.is_own or (l.may_try and (z.p).match_number = r.match_number) then 'redeemed'
            else 'wrong_browser' end as status,
          -- A press without a number costs nothing: a scanner that presses buttons must not use up a person's tries (P2).
          l.may_try as was_tried
      ) d
    order by z.nth));
end
$function$;

CREATE OR REPLACE FUNCTION refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
declare
  last_pruned bigint;
begin
  if tg_table_name <> 'auth_events' then raise exception 'auth_event_pii can be erased, not changed' using errcode = '42501'; end if;
  if tg_op = 'DELETE' then
    select p.last_seq into last_pruned from audit_prunes p where p.first_seq <= old.seq order by p.first_seq desc limit 1;
    if last_pruned >= old.seq then return old; end if;
  end if;
  raise exception 'auth_events is append-only' using errcode = '42501';
end
$function$;

CREATE OR REPLACE FUNCTION revoke_sessions(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
declare
  r revoking := json_populate_record(null::revoking, input);
  of_address text;
  ended event[];
begin
  select address into of_address from users where user_id = r.user_id for no key update;
  ended := end_sessions(r.user_id, r.session_id, r.reason, r.actor, r.at);
  -- Whoever signs out everywhere wants nobody to come in by a mail that is out already.
  if r.session_id is null and of_address is not null then
    update users set closed_through = (select last_value from sign_in_requests_seq_seq) where user_id = r.user_id;
  end if;
  return json_build_object('outcome', cardinality(ended), 'events', write_events(array[row(r.writer, of_address, r.at,
    case when r.session_id is null and of_address is not null
      then row('links_revoked', r.user_id, '{' || coalesce('"by":' || to_json(r.actor), '') || '}')::event || ended
      else ended end)::happening]));
end
$function$;

CREATE OR REPLACE FUNCTION sealed_events(from_bundle bigint, at_most integer)
 RETURNS TABLE(bundle bigint, ranges text, seq bigint, event_id text, at bigint, type text, user_id text, detail text, commitment text, pii_id text, salt text, address text, ip text, user_agent text)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
#variable_conflict use_column
begin
  return query
    with asked as materialized (
      select b.bundle_index, b.ranges from audit_bundles b where b.bundle_index >= from_bundle order by b.bundle_index limit at_most
    )
    select a.bundle_index, a.ranges, null::bigint, null, null::bigint, null, null, null, null, null, null, null, null, null from asked a
    union all
    select a.bundle_index, null, e.seq, e.event_id, e.at, e.type, e.user_id, e.detail, e.commitment, e.pii_id, encode(p.salt, 'hex'),
      p.address, p.ip, p.user_agent
    from asked a
      cross join lateral ranges_of(a.bundle_index) r
      cross join lateral (select * from auth_events e where e.seq >= r.first and e.seq <= r.last order by e.seq limit 256) e
      left join lateral (select * from auth_event_pii p where p.pii_id = e.pii_id offset 0) p on true;
end
$function$;

CREATE OR REPLACE FUNCTION session_json(s sessions)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select json_build_array((s).session_id, (s).user_id, (s).created_at, (s).last_seen_at, (s).idle_expires_at, (s).expires_at,
    (s).provider, (s).proven_at, (s).device, (s).ip)
$function$;

CREATE OR REPLACE FUNCTION set_disabled(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
AS $function$
declare
  d disabling := json_populate_record(null::disabling, input);
  known users;
  ended event[] := '{}';
  changed event;
begin
  select * into known from users where user_id = d.user_id for no key update;
  if not found then return json_build_object('outcome', 'unknown_user'); end if;
  if (known.disabled_at is not null) = d.is_disabled then return json_build_object('outcome', 'unchanged'); end if;
  update users set disabled_at = case when d.is_disabled then d.at end,
      closed_through = case when d.is_disabled then (select last_value from sign_in_requests_seq_seq) else closed_through end
    where user_id = d.user_id;
  if d.is_disabled then ended := end_sessions(d.user_id, null, 'user_disabled', d.actor, d.at); end if;
  changed := row(case when d.is_disabled then 'user_disabled' else 'user_enabled' end, d.user_id, '{"by":' || to_json(d.actor) || '}');
  return json_build_object('outcome', 'changed', 'ended', cardinality(ended),
    'events', write_events(array[row(d.writer, known.address, d.at, changed || ended)::happening]));
end
$function$;

CREATE OR REPLACE FUNCTION settle_outbox(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  settled settling[] := array(select s from json_populate_recordset(null::settling, input) s order by s.outbox_id);
  held text[];
  outcomes json;
  happenings happening[];
begin
  perform from outbox o where o.outbox_id in (select s.outbox_id from unnest(settled) s) order by o.outbox_id for no key update;
  held := array(
    select r.flow_hash from unnest(settled) s
      cross join lateral (select * from outbox o where o.outbox_id = s.outbox_id offset 0) o
      join sign_in_requests r on r.request_id = o.request_id
    where s.status = 'sent');
  perform from sign_in_requests r where r.flow_hash = any (held) order by r.flow_hash, r.request_id for no key update;

  with mine as materialized (
    select s.*, r.request_id, r.address, r.flow_hash, r.ip, r.user_agent
    from unnest(settled) s
      cross join lateral (select * from outbox o where o.outbox_id = s.outbox_id offset 0) o
      join sign_in_requests r on r.request_id = o.request_id
    where o.lease_id = s.lease_id and o.state = 'queued'
  ), finished as (
    update outbox o set
      state = case when m.status in ('later', 'released') then 'queued' else m.status end,
      reason = m.reason,
      settled_at = case when m.status in ('later', 'released') then null else m.at end,
      due_at = coalesce(m.due_at, o.due_at),
      attempts = o.attempts - case when m.status = 'released' then 1 else 0 end,
      lease_id = null
    from mine m where o.outbox_id = m.outbox_id
  ), superseded as (
    update magic_link_tokens t set superseded_at = m.at
    from mine m join magic_link_tokens newest on newest.flow_hash = m.flow_hash and newest.link_id = m.link_id
    where m.status = 'sent' and t.flow_hash = m.flow_hash and t.consumed_at is null and t.superseded_at is null and t.seq < newest.seq
  )
  select json_object_agg(s.outbox_id, case when m.outbox_id is null then 'lease_lost' else 'settled' end),
    array_agg(row(row((s.writer).salt, null, (s.writer).inner_pad, (s.writer).outer_pad, m.ip, m.user_agent)::writer, m.address, s.at,
      array[row(s.event, null,
        coalesce(s.detail, '{"requestId":' || to_json(m.request_id) || ',"reason":' || to_json(s.reason) || '}'))::event])::happening)
      filter (where m.outbox_id is not null and s.event is not null)
  into outcomes, happenings
  from unnest(settled) s left join mine m on m.outbox_id = s.outbox_id;
  return json_build_object('outcomes', outcomes, 'events', write_events(happenings));
end
$function$;

CREATE OR REPLACE FUNCTION sweep(at bigint, at_most integer, asked_before bigint, below text, ended_before bigint)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  before bigint := least(ended_before, sweep.at);
  long_ago bigint := least(asked_before, sweep.at);
  limits bigint;
  requests bigint := 0;
  revoked bigint := 0;
  expired bigint := 0;
begin
  delete from rate_limits l where l.limit_key in (
    select limit_key from rate_limits where expires_at <= sweep.at order by expires_at limit at_most for update skip locked);
  get diagnostics limits = row_count;
  if asked_before is not null then
    with oldest as materialized (
      select outbox_id, request_id, state from outbox where outbox_id < below order by outbox_id limit at_most * 10
    ), done as materialized (
      select o.outbox_id, r.request_id, r.flow_hash, r.seq
      from oldest o join sign_in_requests r on r.request_id = o.request_id
      where o.state <> 'queued' and r.requested_at < long_ago and not exists (
        select from magic_link_tokens t where t.flow_hash = r.flow_hash and t.request_id = r.request_id and t.expires_at >= long_ago)
      order by r.seq limit at_most for update of r skip locked
    ), swept as materialized (
      -- A flow's newest request holds its match number and its tries: it goes last.
      select * from done where not exists (
        select from sign_in_requests older
        where older.flow_hash = done.flow_hash and older.seq < done.seq and older.request_id not in (select request_id from done))
    ), links as (
      delete from magic_link_tokens t using swept where t.flow_hash = swept.flow_hash and t.request_id = swept.request_id
    ), mail as (
      delete from outbox o using swept where o.outbox_id = swept.outbox_id
    )
    delete from sign_in_requests r using swept where r.request_id = swept.request_id;
    get diagnostics requests = row_count;
  end if;
  if ended_before is not null then
    delete from sessions s where s.token_hash in (
      select token_hash from sessions where revoked_at < before order by revoked_at limit at_most for update skip locked);
    get diagnostics revoked = row_count;
    delete from sessions s where s.token_hash in (
      select token_hash from sessions where revoked_at is null and expires_at < before
      order by expires_at limit at_most - revoked for update skip locked);
    get diagnostics expired = row_count;
  end if;
  return json_build_object('limits', limits, 'requests', requests, 'sessions', revoked + expired);
end
$function$;

CREATE OR REPLACE FUNCTION sweep_persons(below text, at_most integer)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  come_to text;
  looked bigint;
  last_one text;
  gone text[];
begin
  insert into walks (name, place) values ('personal data', '') on conflict (name) do nothing;
  select w.place into come_to from walks w where w.name = 'personal data' for update skip locked;
  if not found then return json_build_object('persons', 0, 'isMoreOfPersons', false); end if;
  with stretch as materialized (
    select p.pii_id, p.address from auth_event_pii p
    where p.pii_id > come_to and p.pii_id < below order by p.pii_id limit at_most * 10
  ), judged as materialized (
    select s.pii_id, row_number() over (partition by u.user_id is null order by s.pii_id) as nth, u.user_id is null as may_go
    from stretch s left join lateral (select u.user_id from users u where u.address = s.address offset 0) u on true
  ), taken as (
    -- No further than to the last one that goes.
    select j.* from judged j
    where j.pii_id <= coalesce((select pii_id from judged where may_go and nth = at_most), (select max(pii_id) from judged))
  )
  select (select count(*) from judged), max(pii_id), coalesce(array_agg(pii_id order by pii_id) filter (where may_go), '{}')
  into looked, last_one, gone
  from taken;
  if last_one is null then return json_build_object('persons', 0, 'isMoreOfPersons', false); end if;
  delete from auth_event_pii p where p.pii_id = any (gone);
  update walks w set place = last_one where w.name = 'personal data';
  return json_build_object('persons', cardinality(gone), 'isMoreOfPersons', looked = at_most * 10 or cardinality(gone) = at_most);
end
$function$;

CREATE OR REPLACE FUNCTION take_limit(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
declare
  takes taking[] := array(select t from json_populate_recordset(null::taking, input) t);
  told limit_told[];
  logged json;
begin
  told := take_limits(array(select t.limits from unnest(takes) t), array(select t.at from unnest(takes) t));
  logged := write_events(array(
    select row(z.writer, z.address, z.at, array[row('rate_limited', null, (z.limits).detail)::event])::happening
    from unnest(takes, told) as z (limits, address, at, writer, told, counted, leaving)
    where z.told = 'reported'));
  return json_build_object('events', logged, 'outcomes', (
    select json_agg(json_build_array(t.told, t.counted, t.leaving) order by t.nth)
    from unnest(told) with ordinality as t (told, counted, leaving, nth)));
end
$function$;

CREATE OR REPLACE FUNCTION take_limits(takes limit_take[], ats bigint[])
 RETURNS limit_told[]
 LANGUAGE plpgsql
AS $function$
declare
  result limit_told[];
begin
  if not exists (select from unnest(takes) t where t.key is not null) then
    return array_fill(null::limit_told, array[cardinality(takes)]);
  end if;
  with taken as (
    insert into rate_limits as l (limit_key, hits, max, window_ms, expires_at, reported_until)
    select t.key, array[t.at], t.max, t.window_ms, t.at + 2 * t.window_ms, case when t.detail is null then -1 else 0 end
    from unnest(takes, ats) as t (key, max, window_ms, detail, at)
    where t.key is not null
    order by t.key
    on conflict (limit_key) do update set (hits, max, window_ms, expires_at, reported_until, told) = (
      select
        case when d.admits
          then array(select h from unnest(l.hits || d.at) h where h > d.at - 2 * d.window_ms order by h)
          else l.hits end,
        excluded.max, d.window_ms,
        case when d.admits then excluded.expires_at else l.expires_at end,
        case when d.tells then d.at + d.window_ms else l.reported_until end,
        case when d.admits then 'admitted' when d.tells then 'reported' else 'refused' end
      from (
        select *, not c.admits and c.at >= l.reported_until and excluded.reported_until = 0 as tells
        from (
          select excluded.hits[1] as at, excluded.window_ms as window_ms,
            (select count(*) from unnest(l.hits) h where h > excluded.hits[1] - excluded.window_ms) < excluded.max as admits
        ) c
      ) d
    )
    returning limit_key, hits, told
  )
  select array_agg(case when taken.told is not null then row(taken.told, c.counted, c.leaving)::limit_told end order by t.nth)
  into result
  from unnest(takes, ats) with ordinality as t (key, max, window_ms, detail, at, nth)
    left join taken on taken.limit_key = t.key
    left join lateral (
      select count(*)::integer as counted, (array_agg(h order by h))[greatest(count(*) - t.max, 0) + 1] as leaving
      from unnest(taken.hits) h where h > t.at - t.window_ms
    ) c on taken.told is not null;
  return result;
end
$function$;

CREATE OR REPLACE FUNCTION touch_sessions(input json)
 RETURNS json
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
begin
  update sessions s set last_seen_at = h.at, idle_expires_at = least(h.idle_expires_at, s.expires_at)
  from (
    select s.token_hash, t.at, t.idle_expires_at
    from json_populate_recordset(null::touching, input) t join sessions s on s.token_hash = t.token_hash
    for no key update of s skip locked
  ) h
  where s.token_hash = h.token_hash and (case when s.revoked_at is null then s.last_seen_at < h.at end);
  return '{}';
end
$function$;

CREATE OR REPLACE FUNCTION unsealed_events(at_most integer)
 RETURNS TABLE(seq bigint, event_id text, at bigint, type text, user_id text, detail text, commitment text)
 LANGUAGE plpgsql
 SET search_path TO 'linklatch', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
 SET enable_material TO 'off'
 SET jit TO 'off'
AS $function$
#variable_conflict use_column
declare
  log audit_log;
  found_events bigint;
  given bigint;
  writers json := '[]';
begin
  -- With a cache, a session would hold numbers that no lock tells of.
  if (select seqcache > 1 from pg_sequence where seqrelid = 'auth_events_seq_seq'::regclass) then
    raise exception 'The numbers of auth_events must not be cached: alter sequence auth_events_seq_seq cache 1, then end all connections.'
      using errcode = '55000';
  end if;
  select * into strict log from audit_log;
  return query
    select e.seq, e.event_id, e.at, e.type, e.user_id, e.detail, e.commitment from waiting_events(log.cursor, at_most) e;
  get diagnostics found_events = row_count;
  select case when is_called then last_value else last_value - 1 end into given from auth_events_seq_seq;
  if found_events > 0 or json_typeof(log.cursor::json) = 'object' then
    select coalesce(json_agg(distinct l.virtualtransaction), '[]') into writers from pg_locks l
      where l.locktype = 'relation' and l.relation = 'auth_events'::regclass and l.mode = 'RowExclusiveLock' and l.granted
        and l.database = (select oid from pg_database where datname = current_database());
  end if;
  return query
    select null::bigint, null::text, null::bigint, null::text, null::text, json_build_object('size', log.size, 'cursor', log.cursor,
      'minIndex', log.min_index, 'given', given, 'writers', writers)::text, null::text;
end
$function$;

CREATE OR REPLACE FUNCTION user_json(u users)
 RETURNS json
 LANGUAGE sql
 STABLE
AS $function$
  select json_build_array((u).user_id, (u).address, (u).display_name, (u).created_at, (u).disabled_at)
$function$;

CREATE OR REPLACE FUNCTION uuidv7(at bigint)
 RETURNS text
 LANGUAGE sql
AS $function$
  select left(lpad(to_hex(at), 12, '0'), 8) || '-' || right(lpad(to_hex(at), 12, '0'), 4) || '-7' || substr(gen_random_uuid()::text, 16)
$function$;

CREATE OR REPLACE FUNCTION waiting_events(cursor text, at_most integer)
 RETURNS SETOF auth_events
 LANGUAGE sql
 STABLE
AS $function$
  (
    select late.*
    from json_array_elements(case json_typeof(cursor::json) when 'object' then cursor::json -> 'open' end) holes
      cross join lateral json_array_elements(holes -> 'ranges') hole
      cross join lateral (
        select * from auth_events e
        where e.seq >= (hole ->> 0)::bigint and e.seq <= (hole ->> 1)::bigint order by e.seq limit at_most
      ) late
    order by late.seq limit at_most
  ) union all (
    -- More than 2^53 - 1 is no position of ours: readers of JSON would take it for another.
    select * from auth_events e
    where e.seq > cursor_through(cursor) and e.seq <= 9007199254740991 order by e.seq limit at_most
  ) limit at_most
$function$;

CREATE OR REPLACE FUNCTION write_events(happenings happening[])
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  result json;
begin
  with told as materialized (
    select h.writer, h.address, h.at, h.events, h.nth, p.pii_id,
      case when p.pii_id is not null then coalesce((h.writer).commitment, commit_to(h.address, h.writer)) end as commitment
    from unnest(happenings) with ordinality as h (writer, address, at, events, nth)
      cross join lateral (
        select case when coalesce(h.address, (h.writer).ip, (h.writer).user_agent) is not null then uuidv7(h.at) end as pii_id
      ) p
    where cardinality(h.events) > 0
  ), people as (
    insert into auth_event_pii (pii_id, salt, address, ip, user_agent)
    select pii_id, (writer).salt, address, (writer).ip, (writer).user_agent from told where pii_id is not null order by nth
    returning pii_id, address, ip, user_agent
  ), logged as (
    insert into auth_events (event_id, at, type, user_id, detail, pii_id, commitment)
    select uuidv7(told.at), told.at, e.type, e.user_id, e.detail, told.pii_id, told.commitment
    from told cross join lateral unnest(told.events) with ordinality as e (type, user_id, detail, nth)
    order by told.nth, e.nth
    returning seq, event_id, at, type, user_id, detail, commitment, pii_id
  )
  select json_agg(json_build_array(l.seq, l.event_id, l.at, l.type, l.user_id, l.detail, l.commitment, p.pii_id, p.address, p.ip,
    p.user_agent) order by l.seq)
  into result
  from logged l left join people p on p.pii_id = l.pii_id;
  return result;
end
$function$;
