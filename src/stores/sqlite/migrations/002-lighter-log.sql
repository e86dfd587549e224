-- Every redeem writes three events. Two things go that each of them paid for: an index that only said that ids are unique,
-- as 74 random bits in a millisecond are, and a counter of numbers ever given, as no event is ever deleted.

drop trigger auth_events_no_update;
drop trigger auth_events_no_delete;
drop trigger auth_events_no_replace;
alter table auth_events rename to auth_events_before;

create table auth_events (
  seq integer primary key,
  event_id text not null,
  at integer not null,
  type text not null,
  user_id text,
  detail text not null check (json_type(detail) = 'object'),
  pii_id text,
  commitment text
) strict;
insert into auth_events select seq, event_id, at, type, user_id, detail, pii_id, commitment from auth_events_before;
drop table auth_events_before;

create trigger auth_events_no_update before update on auth_events
begin
  select raise(abort, 'auth_events is append-only');
end;
create trigger auth_events_no_delete before delete on auth_events
begin
  select raise(abort, 'auth_events is append-only');
end;
-- `insert or replace` deletes without asking the trigger above, so a taken number is refused first.
create trigger auth_events_no_replace before insert on auth_events
when exists (select 1 from auth_events where seq = new.seq)
begin
  select raise(abort, 'auth_events is append-only');
end;
