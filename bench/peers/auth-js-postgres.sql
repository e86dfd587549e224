-- The tables that the documentation of @auth/pg-adapter 1.11.3 gives; "if not exists" is ours.

create table if not exists verification_token (
  identifier text not null,
  expires timestamptz not null,
  token text not null,
  primary key (identifier, token)
);

create table if not exists accounts (
  id serial,
  "userId" integer not null,
  type varchar(255) not null,
  provider varchar(255) not null,
  "providerAccountId" varchar(255) not null,
  refresh_token text,
  access_token text,
  expires_at bigint,
  id_token text,
  scope text,
  session_state text,
  token_type text,
  primary key (id)
);

create table if not exists sessions (
  id serial,
  "userId" integer not null,
  expires timestamptz not null,
  "sessionToken" varchar(255) not null,
  primary key (id)
);

create table if not exists users (
  id serial,
  name varchar(255),
  email varchar(255),
  "emailVerified" timestamptz,
  image text,
  primary key (id)
);

-- Not among those tables. Without them each check would read all sessions, and each request for a link all users.
create index if not exists "sessions_sessionToken" on sessions ("sessionToken");
create index if not exists users_email on users (email);
