-- Taking limits: by themselves, and for the decisions that take some.

-- `detail` is what the first refusal of a window says in the log; without it, the refusal is nothing to tell.
create type limit_take as (key text, max integer, window_ms bigint, detail text);
-- `leaving`: the first time to stop counting, once that many are over that one more is admitted.
create type limit_told as (told text, counted integer, leaving bigint);

-- Takes each limit of an array that has a key; the others come back as null.
create function take_limits(takes limit_take[], ats bigint[]) returns limit_told[] language plpgsql as $$
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
$$;

create type taking as (limits limit_take, address text, at bigint, writer writer);

create function take_limit(input json) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
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
$$;
