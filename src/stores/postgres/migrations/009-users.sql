-- Disabling users, and counting their ways in.

create type disabling as (user_id text, is_disabled boolean, actor text, at bigint, writer writer);

create function set_disabled(input json) returns json language plpgsql
set search_path from current as $$
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
$$;

create type recording as (user_id text, provider text, at bigint, writer writer);

create function record_provider(input json) returns json language plpgsql
set search_path from current as $$
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
$$;
