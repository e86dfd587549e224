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
