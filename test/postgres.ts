import { randomBytes } from "node:crypto"
import { askPostgres } from "../scripts/services/ask-postgres.ts"
import { createTestDatabase, type TestDatabase } from "../scripts/services/test-database.ts"
import { afterFile } from "./after-file.ts"

/** Room for the tables of one test: a schema that doesn't exist yet, in a database that one file of tests has for itself. */
export interface PostgresRoom {
  /** The role that may make the schema and its tables. */
  readonly ownerUrl: string
  /** The role of an application: it owns nothing and may do what is granted to it. */
  readonly appUrl: string
  readonly appRole: string
  readonly schema: string
  /** Takes the schema away. All of them go when the file is over. */
  drop(): Promise<void>
}

let database: Promise<TestDatabase> | null = null

/** Fails with the cure where there is no PostgreSQL. */
export async function createPostgresDatabase(): Promise<PostgresRoom> {
  database ??= openDatabase()
  const { ownerUrl, appUrl, appRole } = await database
  const schema = `t_${randomBytes(6).toString("hex")}`
  const drop = async (): Promise<void> => {
    await askPostgres(ownerUrl, `drop schema if exists ${schema} cascade`)
  }
  return { ownerUrl, appUrl, appRole, schema, drop }
}

function openDatabase(): Promise<TestDatabase> {
  const opened = createTestDatabase(postgresUrl())
  afterFile(async () => {
    database = null
    await (await opened.catch(() => null))?.drop()
  })
  return opened
}

/** A server where tests may make databases and roles of their own, and nothing else. `npm test` finds it or starts it. */
export function postgresUrl(): string {
  const url = process.env["TEST_DATABASE_URL"] ?? ""
  if (url !== "") return url
  throw new Error("There is no PostgreSQL for this test. Run it as `npm test -- WORD`, or set TEST_DATABASE_URL.")
}
