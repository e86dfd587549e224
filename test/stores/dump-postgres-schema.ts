import { withPostgres } from "../../scripts/services/ask-postgres.ts"

const TYPES = `
  select format(E'create type %s as (\\n%s\\n);', c.relname,
    string_agg(format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), E',\\n' order by a.attnum)) as text
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = $1::regnamespace and c.relkind = 'c'
  group by c.relname order by c.relname collate "C"`

// Primary keys, unique columns and checks stand with their table; newer servers list "not null" among the constraints too.
const TABLES = `
  select format(E'create table %s (\\n%s%s\\n)%s;', c.relname, columns.text, coalesce(E',\\n' || constraints.text, ''),
    coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) as text
  from pg_class c
    cross join lateral (
      select string_agg('  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when l.collname = 'C' then ' collate "C"' else '' end
        || case when a.attnotnull then ' not null' else '' end
        || case when a.attidentity <> '' then ' identity' else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') end,
        E',\\n' order by a.attnum) as text
      from pg_attribute a
        left join pg_collation l on l.oid = a.attcollation
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) columns
    cross join lateral (
      select string_agg('  ' || pg_get_constraintdef(k.oid), E',\\n' order by k.conname collate "C") as text
      from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n'
    ) constraints
  where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname <> 'schema_migrations'
  order by c.relname collate "C"`

const INDEXES = `
  select pg_get_indexdef(i.indexrelid) || ';' as text
  from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = $1::regnamespace and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
  order by c.relname collate "C"`

const TRIGGERS = `
  select format(E'%s;\\n-- enabled: %s', pg_get_triggerdef(t.oid), case t.tgenabled when 'A' then 'always' else t.tgenabled::text end) as text
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = $1::regnamespace and not t.tgisinternal
  order by t.tgname collate "C"`

const FUNCTIONS = `
  select rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' as text
  from pg_proc p where p.pronamespace = $1::regnamespace order by p.proname collate "C"`

/** What stands in a schema, as the catalogue tells it: the same on every version of PostgreSQL, which a dump of pg_dump is not. */
export function dumpPostgresSchema(url: string, schema: string): Promise<string> {
  return withPostgres(url, async (ask) => {
    await ask(`set search_path = ${schema}`)
    const parts: string[] = []
    for (const question of [TYPES, TABLES, INDEXES, TRIGGERS, FUNCTIONS]) {
      for (const { text } of await ask(question, [schema])) parts.push(String(text).replaceAll(`${schema}.`, ""))
    }
    return parts.map((part) => `\n${part.replaceAll(schema, "linklatch")}\n`).join("")
  })
}
