-- Asking.

create type asking as (
  request_id text, outbox_id text, address text, flow_hash text, fresh_flow_hash text, match_number integer, next text,
  locale text, device text, at bigint, deadline bigint, known_browser limit_take, client limit_take, for_address limit_take,
  -- Where limits were decided elsewhere: whether the address limit is spent, and the event to write about it.
  is_spent boolean, spent_detail text, writer writer
);

-- A known browser that is admitted takes no other limit; a client that is refused doesn't touch the address.
create function open_requests(input json, code_tries_max integer) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;

create function latest_request(flow text) returns json language sql stable
set search_path from current as $$
  select json_build_object('requestId', request_id, 'address', address, 'matchNumber', match_number, 'next', next,
    'requestedAt', requested_at, 'closedAt', closed_at, 'codeTries', code_tries)
  from sign_in_requests where flow_hash = flow order by seq desc limit 1
$$;
