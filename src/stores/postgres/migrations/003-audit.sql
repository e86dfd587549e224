-- Writing the log, and reading it.

-- RFC 9562 §5.7: 48 bits of time, and the 74 random bits of a version 4.
create function uuidv7(at bigint) returns text language sql volatile as $$
  select left(lpad(to_hex(at), 12, '0'), 8) || '-' || right(lpad(to_hex(at), 12, '0'), 4) || '-7' || substr(gen_random_uuid()::text, 16)
$$;

create function base64url(bytes bytea) returns text language sql immutable as $$
  select rtrim(translate(encode(bytes, 'base64'), '+/', '-_'), '=')
$$;

-- As core/audit/commitment.ts: canonical JSON (RFC 8785) of three members.
create function commit_to(address text, writer writer) returns text language sql stable as $$
  select base64url(sha256((writer).outer_pad || sha256((writer).inner_pad
    || convert_to('{"address":' || coalesce(to_json(address)::text, 'null') || ',"ip":' || coalesce(to_json((writer).ip)::text, 'null')
      || ',"userAgent":' || coalesce(to_json((writer).user_agent)::text, 'null') || '}', 'UTF8'))))
$$;

-- Writes what happened, in its order, with one row of personal data for each decision that has any.
create function write_events(happenings happening[]) returns json language plpgsql as $$
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
$$;

create type appending as (type text, user_id text, detail text, address text, at bigint, writer writer);

create function append_events(input json) returns json language plpgsql
set search_path from current as $$
begin
  return json_build_object('events', write_events(array(
    select row(a.writer, a.address, a.at, array[row(a.type, a.user_id, a.detail)::event])::happening
    from json_populate_recordset(null::appending, input) a)));
end
$$;

-- What the log's readers need. A number is given to an event before its commit: below the newest one that can be seen, others may
-- still appear. They are those of transactions that hold a lock on the table now; once they are gone, the log is whole up to `top`.

create function event_json(e auth_events, p auth_event_pii) returns json language sql stable as $$
  select json_build_array((e).seq, (e).event_id, (e).at, (e).type, (e).user_id, (e).detail, (e).commitment, (p).pii_id, (p).address, (p).ip,
    (p).user_agent)
$$;

create function log_writers() returns json language sql volatile
set search_path from current as $$
  select json_build_object('top', (select coalesce(max(seq), 0) from auth_events), 'writers', (
    select coalesce(json_agg(l.virtualtransaction), '[]') from pg_locks l
    where l.locktype = 'relation' and l.relation = 'auth_events'::regclass and l.mode = 'RowExclusiveLock' and l.granted
      and l.database = (select oid from pg_database where datname = current_database())))
$$;
