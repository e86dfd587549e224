-- Using up links and codes.

create type redeeming as (
  by text, at bigint, limits limit_take, session_id text, session_hash text, idle_expires_at bigint, expires_at bigint,
  device text, new_user_id text, replaces text, writer writer
);

-- What became of one press or one code, before anything of it is written.
create type redemption as (
  redeeming redeeming, told limit_told, status text, token_hash text, link_id text, request_id text, flow_hash text, address text,
  next text, user_id text, display_name text, user_created_at bigint, tries_left integer, was_tried boolean
);

-- As core/users/display-name.ts says it.
create function display_name_from(address text) returns text language sql immutable as $$
  select coalesce(nullif((
    select string_agg(upper(left(w, 1)) || substr(w, 2), ' ' order by nth)
    from regexp_split_to_table(coalesce(nullif(split_part(split_part(address, '@', 1), '+', 1), ''), split_part(address, '@', 1)), '[._-]+')
      with ordinality as words (w, nth)
    where w <> ''), ''), split_part(address, '@', 1))
$$;

-- The half that links and codes share: from a live row to a session. Its flow and its user are locked; a user who doesn't exist yet
-- can't be, so where two create one at once, or two of one array are the same person's, the second is told to come again.
create function complete_redemptions(redemptions redemption[]) returns json language plpgsql as $$
declare
  last_request bigint := (select last_value from sign_in_requests_seq_seq);
  happenings happening[];
  outcomes json;
begin
  with pressed as materialized (
    select r.*, (r.redeeming).at as at,
      r.status = 'redeemed' and row_number() over (partition by r.status, r.address order by r.nth) = 1 as may_win
    from unnest(redemptions) with ordinality as r (redeeming, told, status, token_hash, link_id, request_id, flow_hash, address, next,
      user_id, display_name, user_created_at, tries_left, was_tried, nth)
  ), created as (
    insert into users (user_id, address, display_name, created_at, closed_through)
    select (redeeming).new_user_id, address, display_name_from(address), at, last_request
    from pressed where may_win and user_id is null order by address
    on conflict (address) do nothing
    returning user_id, address, display_name
  ), won as materialized (
    select p.*, (p.redeeming).by as by, c.user_id is not null as is_new, coalesce(p.user_id, c.user_id) as winner,
      coalesce(p.display_name, c.display_name) as name
    from pressed p left join created c on c.address = p.address
    where p.may_win and coalesce(p.user_id, c.user_id) is not null
  ), caught_up as (
    update users u set closed_through = last_request from won where u.user_id = won.winner and not won.is_new
  ), consumed as (
    update magic_link_tokens t set consumed_at = won.at from won where t.token_hash = won.token_hash
  ), closed as (
    update sign_in_requests r set closed_at = won.at from won where r.flow_hash = won.flow_hash and r.closed_at is null
  ), tried as (
    update magic_link_tokens t set match_tries = match_tries + 1 from pressed p
    where p.status = 'wrong_browser' and p.was_tried and t.token_hash = p.token_hash
  ), counted as (
    insert into user_providers as c (user_id, provider, first_used_at, last_used_at, uses)
    select winner, by, at, at, 1 from won order by winner
    on conflict (user_id, provider) do update set last_used_at = excluded.last_used_at, uses = c.uses + 1
    returning user_id, uses
  ), old as materialized (
    select s.token_hash, won.nth, won.at, s.revoked_at is null and s.idle_expires_at > won.at and s.expires_at > won.at as is_live
    from won join sessions s on s.token_hash = (won.redeeming).replaces
    order by s.token_hash for no key update of s
  ), ended as (
    update sessions s set revoked_at = old.at, revoked_reason = 'replaced' from old
    where old.is_live and s.token_hash = old.token_hash
    returning s.session_id, s.user_id, old.nth
  ), started as (
    insert into sessions (token_hash, session_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at, provider, proven_at,
      device, ip, user_agent)
    select (r).session_hash, (r).session_id, winner, at, at, (r).idle_expires_at, (r).expires_at, by, at, (r).device,
      ((r).writer).ip, ((r).writer).user_agent
    from (select won.*, won.redeeming as r from won) won order by (r).session_hash
  ), ends as materialized (
    select p.nth, p.redeeming, p.address, p.at, p.told, p.next, p.tries_left, p.was_tried, p.link_id, p.request_id,
      case when p.status = 'redeemed' and won.nth is null then 'again' else p.status end as status,
      (p.redeeming).by as by, won.winner, won.is_new, won.name, p.user_created_at,
      counted.uses = 1 as is_first, ended.session_id as ended_id, ended.user_id as ended_user
    from pressed p left join won on won.nth = p.nth left join counted on counted.user_id = won.winner
      left join ended on ended.nth = p.nth
  )
  select
    json_agg(json_build_object('status', status, 'told', case when (told).told is not null then
        json_build_array((told).told, (told).counted, (told).leaving) end,
      'address', address, 'next', next, 'triesLeft', tries_left, 'wasTried', was_tried, 'userId', winner, 'isNew', is_new,
      'name', name, 'createdAt', case when is_new then at else user_created_at end) order by nth),
    array_agg(row((redeeming).writer, address, at, case status
      when 'rate_limited' then
        case when (told).told = 'reported' then array[row('rate_limited', null, ((redeeming).limits).detail)::event] end
      when 'again' then null
      when 'redeemed' then array_remove(array[
        case when is_new then row('user_created', winner, '{}')::event end,
        row('link_consumed', winner, '{"requestId":' || to_json(request_id) || ',"linkId":' || to_json(link_id)
          || ',"by":' || to_json(by) || '}')::event,
        row('provider_used', winner, '{"provider":' || to_json(by) || ',"isFirst":' || is_first::text || '}')::event,
        case when ended_id is not null then
          row('session_revoked', ended_user, '{"sessionId":' || to_json(ended_id) || ',"reason":"replaced"}')::event end,
        row('session_created', winner, '{"sessionId":' || to_json((redeeming).session_id) || ',"provider":' || to_json(by) || '}')::event
      ], null)
      else array[row('consume_failed', null, '{"by":' || to_json(by) || ',"reason":'
        || to_json(case status when 'refused' then 'disabled' else status end)
        || ',"linkId":' || coalesce(to_json(link_id)::text, 'null') || '}')::event]
      end)::happening order by nth)
  into outcomes, happenings
  from ends;
  return json_build_object('outcomes', outcomes, 'events', write_events(happenings));
end
$$;

create type pressing as (token_hash text, flow_hash text, match_number integer, redeeming redeeming);

create function redeem_links(input json, match_tries_max integer) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
declare
  pressed pressing[] := array(select p from json_populate_recordset(null::pressing, input) p);
  told limit_told[] := take_limits(array(select (p.redeeming).limits from unnest(pressed) p),
    array(select (p.redeeming).at from unnest(pressed) p));
  hashes text[] := array(
    select (z.p).token_hash from (select unnest(pressed) as p, unnest(told) as t) z where coalesce((z.t).told, 'admitted') = 'admitted');
begin
  perform from sign_in_requests r
    where r.flow_hash in (select t.flow_hash from magic_link_tokens t where t.token_hash = any (hashes))
    order by r.flow_hash, r.request_id for no key update;
  perform from users u
    where u.address in (select t.address from magic_link_tokens t where t.token_hash = any (hashes))
    order by u.address for no key update;
  return complete_redemptions(array(
    select row((z.p).redeeming, z.t, d.status, t.token_hash, t.link_id, t.request_id, t.flow_hash, t.address, r.next, u.user_id,
      u.display_name, u.created_at,
      greatest(0, match_tries_max - t.match_tries - case when d.was_tried then 1 else 0 end), d.was_tried)::redemption
    from (select unnest(pressed) as p, unnest(told) as t, generate_subscripts(pressed, 1) as nth) z
      left join magic_link_tokens t on t.token_hash = (z.p).token_hash
      left join sign_in_requests r on r.request_id = t.request_id
      left join users u on u.address = t.address
      cross join lateral (
        select link_status(t.consumed_at, u.disabled_at, t.superseded_at, r.seq, u.closed_through, t.expires_at,
            ((z.p).redeeming).at) as link,
          (z.p).flow_hash is not distinct from t.flow_hash as is_own,
          t.match_tries < match_tries_max and (z.p).match_number is not null as may_try
      ) l
      cross join lateral (
        select case
            when coalesce((z.t).told, 'admitted') <> 'admitted' then 'rate_limited'
            when t.token_hash is null then 'unknown'
            when l.link <> 'live' then l.link
            when l.is_own or (l.may_try and (z.p).match_number = r.match_number) then 'redeemed'
            else 'wrong_browser' end as status,
          -- A press without a number costs nothing: a scanner that presses buttons must not use up a person's tries (P2).
          l.may_try as was_tried
      ) d
    order by z.nth));
end
$$;

create type typing as (flow_hash text, code_hashes text[], redeeming redeeming);

create function redeem_codes(input json, code_tries_max integer) returns json language plpgsql
set search_path from current set plan_cache_mode = force_generic_plan
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
set jit = off as $$
declare
  typed typing[] := array(select t from json_populate_recordset(null::typing, input) t);
  told limit_told[] := take_limits(array(select (t.redeeming).limits from unnest(typed) t),
    array(select (t.redeeming).at from unnest(typed) t));
  flows text[] := array(
    select (z.p).flow_hash from (select unnest(typed) as p, unnest(told) as t) z where coalesce((z.t).told, 'admitted') = 'admitted');
  redemptions redemption[];
begin
  perform from sign_in_requests r where r.flow_hash = any (flows) order by r.flow_hash, r.request_id for no key update;
  perform from users u
    where u.address in (select r.address from sign_in_requests r where r.flow_hash = any (flows))
    order by u.address for no key update;
  redemptions := array(
    select row((z.p).redeeming, z.t, d.status, t.token_hash, t.link_id, coalesce(t.request_id, q.request_id), q.flow_hash, q.address, r.next,
      u.user_id, u.display_name, u.created_at, greatest(0, code_tries_max - q.code_tries - 1), q.code_tries < code_tries_max)::redemption
    from (select unnest(typed) as p, unnest(told) as t, generate_subscripts(typed, 1) as nth) z
      left join lateral (
        select * from sign_in_requests q where q.flow_hash = (z.p).flow_hash order by q.seq desc limit 1
      ) q on true
      left join lateral (
        select * from magic_link_tokens t
        where t.flow_hash = q.flow_hash and t.code_hash = any ((z.p).code_hashes) and q.code_tries < code_tries_max
        order by t.seq desc limit 1
      ) t on true
      left join sign_in_requests r on r.request_id = t.request_id
      left join users u on u.address = q.address
      cross join lateral (
        select link_status(t.consumed_at, u.disabled_at, t.superseded_at, r.seq, u.closed_through, t.expires_at,
          ((z.p).redeeming).at) as link
      ) l
      cross join lateral (
        select case
          when coalesce((z.t).told, 'admitted') <> 'admitted' then 'rate_limited'
          when q.request_id is null then 'unknown'
          when t.token_hash is null then 'wrong_code'
          when l.link <> 'live' then l.link
          else 'redeemed' end as status
      ) d
    order by z.nth);
  -- Counted on the request, which exists whether or not a mail went out, so a wrong code tells nobody which (P4).
  update sign_in_requests r set code_tries = code_tries + 1 from unnest(redemptions) d
    where d.status = 'wrong_code' and d.was_tried and r.request_id = d.request_id;
  return complete_redemptions(redemptions);
end
$$;
