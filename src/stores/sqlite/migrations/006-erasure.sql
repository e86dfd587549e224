-- How far walks through whole tables have come: what stays isn't looked at again and again. Each may begin anew.
create table walks (
  name text primary key,
  place text not null
) strict, without rowid;
