-- Checking and ending sessions.

-- `stable`, as what they call is: told to be better, they would not be written into the statements that use them.
create function user_json(u users) returns json language sql stable as $$
  select json_build_array((u).user_id, (u).address, (u).display_name, (u).created_at, (u).disabled_at)
$$;

create function session_json(s sessions) returns json language sql stable as $$
  select json_build_array((s).session_id, (s).user_id, (s).created_at, (s).last_seen_at, (s).idle_expires_at, (s).expires_at,
    (s).provider, (s).proven_at, (s).device, (s).ip)
$$;

create type checking as (token_hash text, at bigint);

create function check_sessions(input json) returns json language plpgsql stable
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
begin
  return (
    select json_agg(case when u.disabled_at is null and s.revoked_at is null and s.idle_expires_at > c.at and s.expires_at > c.at
      then json_build_array(user_json(u), session_json(s)) end)
    from json_populate_recordset(null::checking, input) c
      left join lateral (select * from sessions s where s.token_hash = c.token_hash offset 0) s on true
      left join users u on u.user_id = s.user_id);
end
$$;

create type touching as (token_hash text, at bigint, idle_expires_at bigint);

-- Notes when sessions were last seen. One that somebody else holds is left for the next check.
create function touch_sessions(input json) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
begin
  update sessions s set last_seen_at = h.at, idle_expires_at = least(h.idle_expires_at, s.expires_at)
  from (
    select s.token_hash, t.at, t.idle_expires_at
    from json_populate_recordset(null::touching, input) t join sessions s on s.token_hash = t.token_hash
    for no key update of s skip locked
  ) h
  where s.token_hash = h.token_hash and (case when s.revoked_at is null then s.last_seen_at < h.at end);
  return '{}';
end
$$;

-- Ends sessions of one user, whom the caller has locked; the rows stay. A browser that signs in as somebody else may hold one of them.
create function end_sessions(of_user text, id text, reason text, actor text, at bigint) returns event[] language sql as $$
  with live as materialized (
    select s.token_hash from sessions s
    where s.user_id = of_user and (id is null or s.session_id = id)
      and s.revoked_at is null and s.idle_expires_at > end_sessions.at and s.expires_at > end_sessions.at
    order by s.token_hash for no key update
  ), ended as (
    update sessions s set revoked_at = end_sessions.at, revoked_reason = reason
    from live where s.token_hash = live.token_hash
    returning s.session_id, s.token_hash
  )
  select coalesce(array_agg(row('session_revoked', of_user, '{"sessionId":' || to_json(session_id) || ',"reason":' || to_json(reason)
    || coalesce(',"by":' || to_json(actor), '') || '}')::event order by token_hash), '{}')
  from ended
$$;

create type revoking as (user_id text, session_id text, reason text, actor text, at bigint, writer writer);

create function revoke_sessions(input json) returns json language plpgsql
set search_path from current as $$
declare
  r revoking := json_populate_record(null::revoking, input);
  of_address text;
  ended event[];
begin
  select address into of_address from users where user_id = r.user_id for no key update;
  ended := end_sessions(r.user_id, r.session_id, r.reason, r.actor, r.at);
  -- Whoever signs out everywhere wants nobody to come in by a mail that is out already.
  if r.session_id is null and of_address is not null then
    update users set closed_through = (select last_value from sign_in_requests_seq_seq) where user_id = r.user_id;
  end if;
  return json_build_object('outcome', cardinality(ended), 'events', write_events(array[row(r.writer, of_address, r.at,
    case when r.session_id is null and of_address is not null
      then row('links_revoked', r.user_id, '{' || coalesce('"by":' || to_json(r.actor), '') || '}')::event || ended
      else ended end)::happening]));
end
$$;
