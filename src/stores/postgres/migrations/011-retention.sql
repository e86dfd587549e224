-- Deletes what is over, the oldest first, at most so many of each kind; what somebody else holds now stays for the next time.
-- `below`: the first id that an outbox row asked for at `asked_before` could have.
create function sweep(at bigint, at_most integer, asked_before bigint, below text, ended_before bigint) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;
