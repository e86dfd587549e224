import { accessSync, constants, existsSync, globSync } from "node:fs"
import { delimiter, join } from "node:path"
import { runCommand } from "./run-command.ts"

/** A program that tests run beside us. */
export interface Program {
  readonly title: string
  /** What needs it: "The browser tests". */
  readonly neededBy: string
  /** The environment variable that may name its path. */
  readonly variable: string
  /** What it is called where it is installed, the likeliest first. */
  readonly names: readonly string[]
  readonly debianPackages: readonly string[]
  /** Where it may stand beside the usual folders, as a pattern; the last in the order of names is the newest. */
  readonly folders?: string
}

const storeTests = "The tests of shared stores"
const proxyTests = "The tests behind real proxies"

/** What the tests need beside npm's packages. */
export const programs = {
  chromium: {
    title: "Chromium or Google Chrome",
    neededBy: "The browser tests",
    variable: "CHROMIUM_PATH",
    names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    debianPackages: ["chromium", "fonts-dejavu-core"],
  },
  nginx: {
    title: "nginx",
    neededBy: proxyTests,
    variable: "NGINX_PATH",
    names: ["nginx"],
    debianPackages: ["nginx"],
  },
  caddy: {
    title: "Caddy",
    neededBy: proxyTests,
    variable: "CADDY_PATH",
    names: ["caddy"],
    debianPackages: ["caddy"],
  },
  python: {
    title: "Python",
    neededBy: `${proxyTests}, and of the verifier in Python,`,
    variable: "PYTHON_PATH",
    names: ["python3"],
    debianPackages: ["python3"],
  },
  postgres: {
    title: "PostgreSQL",
    neededBy: storeTests,
    variable: "POSTGRES_PATH",
    names: ["postgres"],
    debianPackages: ["postgresql"],
    folders: "/usr/lib/postgresql/*/bin",
  },
  redis: {
    title: "Redis or Valkey",
    neededBy: storeTests,
    variable: "REDIS_PATH",
    names: ["redis-server", "valkey-server"],
    debianPackages: ["redis-server"],
  },
  pgbouncer: {
    title: "PgBouncer",
    neededBy: storeTests,
    variable: "PGBOUNCER_PATH",
    names: ["pgbouncer"],
    debianPackages: ["pgbouncer"],
  },
} as const satisfies Record<string, Program>

/** Its path: what its variable names, or what the machine has. Undefined when there is none. */
export function findProgram({ variable, names, folders: pattern }: Program): string | undefined {
  const named = process.env[variable]
  if (named !== undefined && named !== "") return isExecutable(named) ? named : undefined
  const own = pattern === undefined ? [] : globSync(pattern).sort(byNumber).reverse()
  // Debian keeps servers in a folder that isn't in everybody's PATH.
  const folders = [...own, "/usr/bin", "/usr/sbin", ...(process.env["PATH"] ?? "").split(delimiter)]
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

/** The same for one that must be there: throws, saying what to install. */
export function programPath(program: Program): string {
  const found = findProgram(program)
  if (found === undefined) throw new Error(cure(program))
  return found
}

/** Finds it, or installs it where that is ours to do (root on Debian or Ubuntu); else throws, saying what to install. */
export async function ensureProgram(program: Program): Promise<string> {
  await installPrograms([program])
  return programPath(program)
}

/** Installs those that aren't there, all at once, where that is ours to do. Says nothing of those that it can't. */
export async function installPrograms(wanted: readonly Program[]): Promise<void> {
  const missing = wanted.filter((program) => findProgram(program) === undefined && !isNamed(program))
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return
  const packages = [...new Set(missing.flatMap(({ debianPackages }) => debianPackages))]
  for (const { neededBy, title } of missing) console.log(`${neededBy} need ${title}.`)
  console.log(`Installing ${packages.join(", ")}.`)
  const env = { DEBIAN_FRONTEND: "noninteractive" }
  const updated = await runCommand("apt-get", ["update"], { show: true, env })
  if (updated.exitCode !== 0) return
  await runCommand("apt-get", ["install", "-y", "--no-install-recommends", ...packages], { show: true, env })
}

// Who names a program means that one, and no other.
function isNamed({ variable }: Program): boolean {
  return process.env[variable] !== undefined
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true })
}

function cure({ title, neededBy, variable, debianPackages }: Program): string {
  const named = process.env[variable]
  if (named !== undefined) return `${variable} is ${named}, which is not a program that can be run.`
  return (
    `${neededBy} need ${title}. On Debian or Ubuntu: sudo apt-get install ${debianPackages.join(" ")}. ` +
    `Elsewhere install it and set ${variable} to its program.`
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

// `node scripts/ensure-program.ts nginx`; without a name, all of them.
if (import.meta.main) {
  const [name] = process.argv.slice(2)
  const wanted = Object.entries(programs).filter(([one]) => name === undefined || one === name)
  await installPrograms(wanted.map(([, program]) => program))
  for (const [, program] of wanted) console.log(programPath(program))
}
