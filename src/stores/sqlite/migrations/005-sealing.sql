-- The sealed log stands beside the events: their rows are never touched. Nothing here has to be trusted: whoever changes it is found
-- out by the signature of a checkpoint, whose key isn't in this database.

create table audit_log (
  only integer primary key check (only = 1),
  size integer not null default 0,
  cursor text not null default '0',
  min_index integer not null default 0,
  holder text,
  lease_until integer not null default 0
) strict;
insert into audit_log (only) values (1);

create table audit_tiles (
  level integer not null,
  tile_index integer not null,
  hashes blob not null,
  primary key (level, tile_index)
) strict;

create table audit_bundles (
  bundle_index integer primary key,
  -- [[first, last], …]: positions of events, in the order of their indexes.
  ranges text not null
) strict;

create table audit_checkpoints (
  size integer primary key,
  note text not null,
  signed_at integer not null,
  is_cosigned integer not null default 0
) strict;

create table audit_prunes (
  first_seq integer primary key,
  last_seq integer not null
) strict;

-- What is in audit_prunes may go, and nothing else.
drop trigger auth_events_no_delete;
create trigger auth_events_no_delete before delete on auth_events
when coalesce((select last_seq from audit_prunes where first_seq <= old.seq order by first_seq desc limit 1), old.seq - 1) < old.seq
begin
  select raise(abort, 'auth_events is append-only');
end;
