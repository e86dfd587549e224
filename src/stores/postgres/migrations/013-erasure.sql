-- Erasing people, and personal data that is over.

-- How far walks through whole tables have come: what stays isn't looked at again and again. Each may begin anew.
create table walks (
  name text collate "C" primary key,
  place text collate "C" not null
) with (fillfactor = 50);

-- What planners like to know of a column are samples of its values: addresses would stand in the catalogue, where nobody erases them.
-- Nothing here is planned by them. To name its type anew forgets the samples that were taken; no row is written for that.
alter table users
  alter column address type text collate "C", alter column display_name type text,
  alter column address set statistics 0, alter column display_name set statistics 0;
alter table sign_in_requests
  alter column address type text collate "C", alter column next type text, alter column device type text, alter column ip type text,
  alter column user_agent type text, alter column address set statistics 0, alter column next set statistics 0,
  alter column device set statistics 0, alter column ip set statistics 0, alter column user_agent set statistics 0;
alter table magic_link_tokens alter column address type text collate "C", alter column address set statistics 0;
alter table sessions
  alter column device type text, alter column ip type text, alter column user_agent type text,
  alter column device set statistics 0, alter column ip set statistics 0, alter column user_agent set statistics 0;
alter table auth_event_pii
  alter column salt type bytea, alter column address type text collate "C", alter column ip type text, alter column user_agent type text,
  alter column salt set statistics 0, alter column address set statistics 0, alter column ip set statistics 0,
  alter column user_agent set statistics 0;

-- As in 006-links.sql, but that it holds the row of the outbox: a link that is minted while its request is erased would be left behind, and
-- would sign somebody in.
create or replace function mint_links(input json) returns json language plpgsql
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
$$;

-- As core/ids.ts: the first id that is made at this time.
create function first_id_at(at bigint) returns text language sql immutable as $$
  select left(lpad(to_hex(at), 12, '0'), 8) || '-' || right(lpad(to_hex(at), 12, '0'), 4)
$$;

-- Deletes requests with their links and their mail, in the order of locks: mail that is owed, then requests. Mail that is settled is
-- nobody's any more but the sweep's, which holds its request.
create function erase_requests(ids text[]) returns bigint language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;

create function erase_persons(ids text[]) returns bigint language plpgsql
set search_path from current as $$
declare
  gone bigint;
begin
  -- Not locked in an order first: that would need the right to change them, which the application's role must not have.
  delete from auth_event_pii where pii_id = any (ids);
  get diagnostics gone = row_count;
  return gone;
end
$$;

-- `recent`: no request that was asked since the walk began has an id below it.
create type erasing as (
  address text, user_id text, before bigint, recent text, was_found boolean, limit_keys text[], actor text, at bigint
);

create function erase_person(input json) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;

-- Goes on through the personal data where the last sweep stopped, whichever process that was; one at a time. Ids are in the order of time.
create function sweep_persons(below text, at_most integer) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;
