-- For whoever looks after the people: the disabled ones, and the sessions that may be live, apart from all that are over.

create index users_disabled on users (address) where disabled_at is not null;
-- New sessions go to its end. The last column is always null here: with it, looking for an id reads this index alone.
create index sessions_live on sessions (expires_at, session_id, revoked_at) where revoked_at is null;
