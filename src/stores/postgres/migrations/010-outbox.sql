-- Mail that is owed: leasing it, and saying what became of it.

create function claim_outbox(lease text, lease_until bigint, at_most integer, at bigint, latest_deadline bigint)
returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;

-- `status` is the row's next state, or `later` (at `due_at`), or `released`; `event` and `detail` what is written of it.
create type settling as (
  outbox_id text, lease_id text, at bigint, status text, reason text, due_at bigint, link_id text, event text, detail text, writer writer
);

create function settle_outbox(input json) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;
