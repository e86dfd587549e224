import { installPrograms, type Program, programs } from "./ensure-program.ts"
import { type FoundServer, findPostgres, tryPostgres } from "./services/find-postgres.ts"
import { findRedis, tryRedis } from "./services/find-redis.ts"
import type { OwnServer } from "./services/keep-server.ts"
import { startOwnPostgres } from "./services/own-postgres.ts"
import { startOwnRedis } from "./services/own-redis.ts"

/** A server that tests may use, beside whatever else is on it. */
export interface Service {
  /** "PostgreSQL at 127.0.0.1:5432, found there". */
  readonly says: string
  readonly url: string
  /** Ends it where it is ours. */
  stop(): Promise<void>
}

/** The kinds of servers that tests share, by the variable that may name one and hands over which it became. */
const KINDS = {
  TEST_DATABASE_URL: { program: programs.postgres, attempt: tryPostgres, find: findPostgres, start: startOwnPostgres },
  TEST_REDIS_URL: { program: programs.redis, attempt: tryRedis, find: findRedis, start: startOwnRedis },
} as const

type Variable = keyof typeof KINDS

interface Kind {
  readonly program: Program
  attempt(url: string): Promise<FoundServer>
  find(): Promise<string | null>
  start(): Promise<OwnServer>
}

/** All that the tests of shared stores need; throws with everything that can't be had. `env` hands it to them. */
export async function ensureServices(): Promise<{ readonly env: Record<string, string>; stop(): Promise<void> }> {
  // Some tests kill and flush servers: they start their own, whatever is found.
  await installPrograms([programs.postgres, programs.redis, programs.pgbouncer])
  const services: Service[] = []
  const env: Record<string, string> = {}
  const faults: string[] = []
  for (const variable of Object.keys(KINDS) as Variable[]) {
    try {
      const service = await ensureService(variable)
      services.push(service)
      env[variable] = service.url
      console.log(service.says)
    } catch (fault) {
      faults.push(fault instanceof Error ? fault.message : String(fault))
    }
  }
  const stop = async (): Promise<void> => {
    for (const service of services.splice(0)) await service.stop()
  }
  if (faults.length === 0) return { env, stop }
  await stop()
  throw new Error(faults.join("\n"))
}

/** The server that a variable names, or one on the usual port that lets us in, or one of our own; else throws with the cure. */
export async function ensureService(variable: Variable): Promise<Service> {
  const { program, attempt, find, start }: Kind = KINDS[variable]
  const named = process.env[variable]?.trim() ?? ""
  if (named !== "") {
    const outcome = await attempt(named)
    if (outcome.status === "unusable") throw new Error(refusal(variable, program, outcome.problem))
    return foundService(program, named, `named by ${variable}`)
  }
  const url = await find()
  if (url !== null) return foundService(program, url, "found there")
  const own = await start().catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${message} Or set ${variable} to a server where tests may make what they need.`, { cause })
  })
  return { says: saysOf(program, own.url, "started for the tests"), url: own.url, stop: own.stop }
}

function foundService(program: Program, url: string, how: string): Service {
  return { says: saysOf(program, url, how), url, stop: () => Promise.resolve() }
}

function saysOf({ title }: Program, url: string, how: string): string {
  return `${title} at ${new URL(url).host}, ${how}`
}

function refusal(variable: Variable, { title }: Program, problem: string): string {
  const cure = `Set ${variable} to a server where tests may make what they need, or leave it out.`
  return `The tests can't use the ${title} that ${variable} names: ${problem}. ${cure}`
}
