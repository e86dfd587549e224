-- Two roles: one owns the tables and runs `linklatch migrate`, the other is what the servers run as. That one can't change or
-- delete what is in the audit log, however somebody gets hold of it. Run as the owner, after `linklatch migrate`, and anew after an
-- update that brought new tables. Make the role first:
--   create role linklatch_app login password '…';

grant usage on schema linklatch to linklatch_app;
grant select, insert, update, delete on all tables in schema linklatch to linklatch_app;
grant select on all sequences in schema linklatch to linklatch_app;

-- The log is written and read, and nothing else: also not at a position of one's own choice, in an old gap or so far ahead that no
-- reader gets past it. Of personal data, rows may go: people have a right to it.
revoke insert, update, delete on linklatch.auth_events from linklatch_app;
grant insert (event_id, at, type, user_id, detail, pii_id, commitment) on linklatch.auth_events to linklatch_app;
revoke update on linklatch.auth_event_pii from linklatch_app;
-- The sealed log grows. Its tiles are never deleted; of checkpoints, all but one an hour may go. Which events may be pruned, the owner says.
revoke insert, update, delete on linklatch.audit_log, linklatch.audit_tiles, linklatch.audit_bundles, linklatch.audit_checkpoints,
  linklatch.audit_prunes from linklatch_app;
grant update (size, cursor, holder, lease_until) on linklatch.audit_log to linklatch_app;
grant insert, update (hashes) on linklatch.audit_tiles to linklatch_app;
grant insert, update (ranges) on linklatch.audit_bundles to linklatch_app;
grant insert, update (note, is_cosigned), delete on linklatch.audit_checkpoints to linklatch_app;
-- People are erased by either role. What deleted rows leave in the files only the owner can clear: `linklatch users erase` says what to run.
-- Only the owner migrates.
revoke insert, update, delete on linklatch.schema_migrations from linklatch_app;
