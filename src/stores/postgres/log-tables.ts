import { LinklatchError } from "../../core/fault.ts"
import { type Database, quoteName } from "./database.ts"
import { readFunctionBodies } from "./migrate.ts"

const TABLES = [
  "auth_events",
  "auth_event_pii",
  "audit_log",
  "audit_tiles",
  "audit_bundles",
  "audit_checkpoints",
  "audit_prunes",
]
/** What reading the log calls. */
const FUNCTIONS = ["cursor_through", "waiting_events", "unsealed_events", "log_backlog", "ranges_of", "sealed_events"]

// A table whose rows are told by somebody else: a view, another table's, or but some of them.
const STRANGE = `
  select to_json(c.relname)::text as result from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = any ($2) and (c.relkind <> 'r' or c.relhasrules or c.relrowsecurity
    or exists (select from pg_inherits i where c.oid in (i.inhparent, i.inhrelid)))
  order by c.relname limit 1`
const BODIES = `
  select json_build_object('name', p.proname, 'body', p.prosrc, 'path',
    (select s from unnest(p.proconfig) s where s like 'search_path=%'))::text as result
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = $1 and p.proname = any ($2)`

interface Body {
  readonly name: string
  readonly body: string
  readonly path: string | null
}

/**
 * Looks whether what is asked for the log is what our migrations made: whoever owns the database could let a view, a rule or a function of
 * theirs answer with what was sealed, and keep something else in the table that everybody else reads.
 *
 * @throws LinklatchError `store_unavailable` where it isn't
 */
export async function checkLogTables(database: Database): Promise<void> {
  const { schemaName } = database
  const [table] = await database.ask(STRANGE, [schemaName, TABLES])
  if (table !== undefined)
    throw strange(`${table} isn't a plain table of our own: a view, a rule, row security or inheritance is on it`)
  const found = (await database.ask(BODIES, [schemaName, FUNCTIONS])) as readonly Body[]
  const known = readFunctionBodies(FUNCTIONS)
  const paths = [null, `search_path=${quoteName(schemaName)}, pg_temp`, `search_path=${schemaName}, pg_temp`]
  const isOurs = ({ name, body, path }: Body) => known.get(name)?.has(body) === true && paths.includes(path)
  const other = found.find((one) => !isOurs(one))
  if (other !== undefined)
    throw strange(`the function ${other.name} isn't one of ours: it is of a newer version, or somebody has changed it`)
}

function strange(problem: string): LinklatchError {
  return new LinklatchError(
    "store_unavailable",
    `In this database ${problem}. What it would answer may not be what stands there, so it isn't asked.`,
  )
}
