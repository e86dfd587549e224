import { randomBytes } from "node:crypto"
import { type Ask, type Row, withPostgres } from "./ask-postgres.ts"

/** A database of its own on somebody's server, with two roles of its own. Neither is a superuser. */
export interface TestDatabase {
  /** The role that owns the database, and may make tables. */
  readonly ownerUrl: string
  /** A role that owns nothing, as an application's should be. It may do what is granted to it. */
  readonly appUrl: string
  readonly appRole: string
  /** Takes the database and the roles away, whoever is still connected. */
  drop(): Promise<void>
}

/** What our databases and roles begin with, so that nobody's data is mistaken for ours. */
const PREFIX = "linklatch_test_"
const DAY_MS = 86_400_000

/** Makes a database that nobody else has. `url` names somebody who may make databases and roles. */
export async function createTestDatabase(url: string): Promise<TestDatabase> {
  const name = `${PREFIX}${Date.now()}_${randomBytes(4).toString("hex")}`
  const password = randomBytes(16).toString("hex")
  const roles = [`${name}_owner`, `${name}_app`] as const
  const [ownerUrl, appUrl] = roles.map((role) => urlFor(url, name, role, password)) as [string, string]
  const drop = (): Promise<void> => withPostgres(url, (ask) => dropAll(ask, [name], roles))
  try {
    await withPostgres(url, (ask) => create(ask, name, roles, password))
  } catch (fault) {
    await drop().catch(() => undefined)
    throw fault
  }
  return { ownerUrl, appUrl, appRole: roles[1], drop }
}

async function create(ask: Ask, name: string, roles: readonly [string, string], password: string): Promise<void> {
  for (const role of roles) await ask(`create role ${role} login password '${password}'`)
  // Since version 16 whoever makes a role must be in it before giving it anything.
  await ask(`grant ${roles[0]} to current_user`)
  await ask(`create database ${name} owner ${roles[0]} template template0 encoding 'UTF8' ${await localeOf(ask)}`)
}

// Most people's databases order words by a language, which ours must not lean on.
async function localeOf(ask: Ask): Promise<string> {
  const version = "current_setting('server_version_num')::int >= 150000"
  const hasIcu = "exists (select from pg_collation where collprovider = 'i')"
  const [row] = await ask(`select ${version} and ${hasIcu} as can`)
  return row?.["can"] === true ? "locale_provider icu icu_locale 'en-US'" : ""
}

/** Takes away what runs that were killed have left on a server. Younger ones may be in use. */
export async function dropOldTestDatabases(url: string): Promise<void> {
  const ours = `^${PREFIX}\\d{13}_[0-9a-f]{8}`
  await withPostgres(url, async (ask) => {
    const databases = await ask("select datname as name from pg_database where datname ~ $1", [`${ours}$`])
    const roles = await ask("select rolname as name from pg_roles where rolname ~ $1", [`${ours}_(owner|app)$`])
    await dropAll(ask, databases.map(nameOf).filter(isOld), roles.map(nameOf).filter(isOld))
  })
}

async function dropAll(ask: Ask, databases: readonly string[], roles: readonly string[]): Promise<void> {
  for (const name of databases) await ask(`drop database if exists ${name} with (force)`)
  for (const name of roles) await ask(`drop role if exists ${name}`)
}

function urlFor(url: string, database: string, user: string, password: string): string {
  const changed = new URL(url)
  return Object.assign(changed, { pathname: `/${database}`, username: user, password }).href
}

function nameOf(row: Row): string {
  return String(row["name"])
}

function isOld(name: string): boolean {
  return Date.now() - Number(name.slice(PREFIX.length).split("_")[0]) > DAY_MS
}
