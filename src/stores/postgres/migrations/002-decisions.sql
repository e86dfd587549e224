-- What holds for the functions of all migrations from here on, and what their decisions bring with them.
--
-- Every decision is one call of one function: one round trip, one transaction. The hot ones take an array of decisions, those
-- that arrived together, and share a commit. The caller sees to it that no two of one array are about the same limit or flow, or
-- try the match number of one link. Presses of one link may stand together: one wins, the others are told to come again.
--
-- Locks are taken in one order everywhere, each kind by its key: limits, outbox rows, requests of a flow, users, sessions. Whoever
-- holds a flow's requests decides about its links and codes; whoever holds a user, about that person's sessions.
--
-- `json` in, as PostgreSQL reads it in one go; columns go by name. Plans are kept: made while tables are empty, they must be right
-- for ten million rows too. So the functions at the door rule out all but look-ups by index, and rows are looked up by their key
-- alone (`offset 0` keeps it so) and judged outside: with more to go by, a partial index that is small today would be read whole.

-- Who writes a decision's events: their commitment to the person or, where only the database knows the address, what makes it: the
-- pads of HMAC-SHA-256 (RFC 2104) for the salt.
create type writer as (salt bytea, commitment text, inner_pad bytea, outer_pad bytea, ip text, user_agent text);
create type event as (type text, user_id text, detail text);
create type happening as (writer writer, address text, at bigint, events event[]);
