-- The sealed log stands beside the events: their rows are never touched. Nothing here has to be trusted: whoever changes it is found
-- out by the signature of a checkpoint, whose key isn't in this database. Events that were there before are sealed like all others.

create table audit_log (
  only_one integer primary key default 1 check (only_one = 1),
  size bigint not null default 0,
  -- As core/sealing/log-cursor.ts writes it. Why nothing is lost: decisions/056.
  cursor text not null default '0',
  min_index bigint not null default 0,
  holder text,
  lease_until bigint not null default 0
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
insert into audit_log default values;

create table audit_tiles (
  level integer not null,
  tile_index bigint not null,
  hashes bytea not null,
  primary key (level, tile_index)
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_scale_factor = 0.02);
-- Hashes can't be compressed.
alter table audit_tiles alter column hashes set storage external;

create table audit_bundles (
  bundle_index bigint primary key,
  -- [[first,last],…]: positions of events, in the order of their indexes.
  ranges text not null
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);

create table audit_checkpoints (
  size bigint primary key,
  note text not null,
  signed_at bigint not null,
  is_cosigned boolean not null default false
) with (autovacuum_vacuum_scale_factor = 0.02);

create table audit_prunes (
  first_seq bigint primary key,
  last_seq bigint not null
);

-- What is in audit_prunes may go, and nothing else. The trigger stays the one that it was.
create or replace function refuse_change() returns trigger language plpgsql
set search_path from current as $$
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
$$;

-- ── Events that have no index yet ───────────────────────────────────────────────────────────────────────────────────

create function cursor_through(cursor text) returns bigint language sql immutable as $$
  select case json_typeof(cursor::json) when 'number' then cursor else cursor::json ->> 'through' end::bigint
$$;

-- First those that were committed late, in holes that were left open, then those behind, in the order of their positions. Written
-- into the statements that call it, as they rule out plans that read the whole log.
create function waiting_events(cursor text, at_most integer) returns setof auth_events language sql stable as $$
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
$$;

-- Events in their order, and behind them a row without a position: where the log stands, how many numbers had been given, and who had
-- the right to write at a later moment. Each statement has to be where it is: decisions/056.
create function unsealed_events(at_most integer)
returns table (seq bigint, event_id text, at bigint, type text, user_id text, detail text, commitment text) language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;

create function log_backlog(at_most integer) returns json language plpgsql stable
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
declare
  upto text := (select l.cursor from audit_log l);
begin
  return (select json_build_object('events', count(*), 'oldestAt', min(e.at)) from waiting_events(upto, at_most) e);
end
$$;

-- ── Giving them indexes ─────────────────────────────────────────────────────────────────────────────────────────────

-- Half of a lease may pass before it is written anew. One that lasts longer than any does was given by a clock that is ahead of ours.
create function lease_log(taker text, at bigint, until bigint) returns json language plpgsql
set search_path from current as $$
begin
  perform from audit_log l where l.holder = taker and l.lease_until - at >= (until - at) / 2;
  if found then return '"held"'; end if;
  update audit_log l set holder = taker, lease_until = until
    where l.holder is null or l.holder = taker or l.lease_until <= at or l.lease_until > until + (until - at);
  return to_json(case when found then 'held' else 'taken' end);
end
$$;

-- `ranges`: for each bundle that grows the positions that join it, written as in its row. `hashes`: those of all tiles, one behind the
-- other, each as many bytes as `widths` says.
create function extend_log(from_size bigint, from_cursor text, to_cursor text, events integer, bundles bigint[], added text[],
  levels integer[], indexes bigint[], widths integer[], hashes bytea) returns json language plpgsql
set search_path from current as $$
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
$$;

-- ── Checkpoints ─────────────────────────────────────────────────────────────────────────────────────────────────────

-- The first one of a size stays, but for its signatures. Of each hour one of each kind stays, so the walk back is short.
create function keep_checkpoint(new_size bigint, new_note text, at bigint, by_others boolean) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
begin
  perform from audit_log for no key update;
  insert into audit_checkpoints as c (size, note, signed_at, is_cosigned) values (new_size, new_note, at, by_others)
    on conflict (size) do update set note = excluded.note, is_cosigned = true where by_others;
  delete from audit_checkpoints c
    where c.size in (select o.size from audit_checkpoints o where o.size < new_size order by o.size desc limit 4)
      and c.signed_at >= at - at % 3600000 and c.is_cosigned = by_others;
  return '{}';
end
$$;

-- ── What is in the log ──────────────────────────────────────────────────────────────────────────────────────────────

-- Whatever stands in `ranges`, it is read without complaint: who compares it with the tree says what is wrong.
create function ranges_of(bundle bigint) returns table (first bigint, last bigint) language sql stable as $$
  select range[1]::bigint, range[2]::bigint
  from audit_bundles b cross join lateral regexp_matches(b.ranges, '\[(\d{1,18}),(\d{1,18})\]', 'g') range
  where b.bundle_index = bundle
$$;

-- Bundles, each as a row without an event, and behind them their events.
create function sealed_events(from_bundle bigint, at_most integer)
returns table (bundle bigint, ranges text, seq bigint, event_id text, at bigint, type text, user_id text, detail text, commitment text,
  pii_id text, salt text, address text, ip text, user_agent text) language plpgsql stable
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;

-- ── Pruning ─────────────────────────────────────────────────────────────────────────────────────────────────────────

-- For the owner alone: nobody else may delete events, or say which may go.
create function prune_log(bundle bigint) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;
