-- Run once by the image of PostgreSQL: the owner of the tables, and the role that the servers run as.
\set ON_ERROR_STOP on
\set owner_password `cat /run/secrets/owner_password`
\set app_password `cat /run/secrets/app_password`

create role linklatch_owner login password :'owner_password';
create role linklatch_app login password :'app_password';
create database linklatch owner linklatch_owner encoding 'UTF8' template template0;
revoke all on database linklatch from public;
grant connect on database linklatch to linklatch_app;

-- A server gives up after ten seconds; the database should before, so that what nobody waits for holds up nobody.
alter role linklatch_app set statement_timeout = '8s';
alter role linklatch_app set lock_timeout = '4s';
-- A migration that waits for a lock makes all others wait behind it.
alter role linklatch_owner set lock_timeout = '4s';
