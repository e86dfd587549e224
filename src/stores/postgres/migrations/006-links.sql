-- Links, from minting to looking at them; using them up is in 007-redeem.sql.

-- What a link is, the plainest reason first: the order of core/links/dead-reason.ts.
create function link_status(consumed_at bigint, disabled_at bigint, superseded_at bigint, request_seq bigint, closed_through bigint,
  expires_at bigint, at bigint) returns text language sql immutable as $$
  select case
    when consumed_at is not null then 'used'
    when disabled_at is not null then 'refused'
    when superseded_at is not null or request_seq <= coalesce(closed_through, 0) then 'superseded'
    when at >= expires_at then 'expired'
    else 'live' end
$$;

create type minting as (token_hash text, link_id text, code_hash text, at bigint, expires_at bigint, outbox_id text, lease_id text);

create function mint_links(input json) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
declare
  result json;
begin
  with asked as materialized (
    select m.* from json_populate_recordset(null::minting, input) m
  ), minted as (
    insert into magic_link_tokens (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at, expires_at)
    select m.token_hash, m.link_id, r.request_id, r.flow_hash, r.address, m.code_hash, m.at, m.expires_at
    from asked m
      cross join lateral (select * from outbox o where o.outbox_id = m.outbox_id offset 0) o
      join sign_in_requests r on r.request_id = o.request_id
    where o.lease_id = m.lease_id and o.state = 'queued' and o.due_at > m.at
    returning link_id
  )
  select json_build_object('outcomes', json_agg(case when minted.link_id is null then 'lease_lost' else 'minted' end order by m.nth))
  into result
  from (select a.link_id, row_number() over () as nth from asked a) m left join minted on minted.link_id = m.link_id;
  return result;
end
$$;

create function inspect_link(hash text) returns json language sql stable
set search_path from current as $$
  select json_build_object('linkId', t.link_id, 'address', t.address, 'flowHash', t.flow_hash, 'next', r.next, 'device', r.device,
    'ip', r.ip, 'requestedAt', r.requested_at, 'prefetchedAt', t.prefetched_at, 'matchTries', t.match_tries,
    'consumedAt', t.consumed_at, 'isRefused', u.disabled_at is not null,
    'isSuperseded', t.superseded_at is not null or r.seq <= coalesce(u.closed_through, 0), 'expiresAt', t.expires_at)
  from magic_link_tokens t join sign_in_requests r on r.request_id = t.request_id left join users u on u.address = t.address
  where t.token_hash = hash
$$;

create type prefetching as (token_hash text, at bigint, writer writer);

create function note_prefetch(input json) returns json language plpgsql
set search_path from current as $$
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
$$;
