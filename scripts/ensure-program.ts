import { accessSync, constants, existsSync } from "node:fs"
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
}

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
    neededBy: proxyTests,
    variable: "PYTHON_PATH",
    names: ["python3"],
    debianPackages: ["python3"],
  },
} as const satisfies Record<string, Program>

/** Its path: what its variable names, or what the machine has. Undefined when there is none. */
export function findProgram({ variable, names }: Program): string | undefined {
  const named = process.env[variable]
  if (named !== undefined && named !== "") return isExecutable(named) ? named : undefined
  // Debian keeps servers in a folder that isn't in everybody's PATH.
  const folders = ["/usr/bin", "/usr/sbin", ...(process.env["PATH"] ?? "").split(delimiter)]
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

/** Finds it, or installs it where that is ours to do (root on Debian or Ubuntu); else throws, saying what to install. */
export async function ensureProgram(program: Program): Promise<string> {
  const found = findProgram(program)
  if (found !== undefined) return found
  const mayInstall =
    process.env[program.variable] === undefined && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")
  if (mayInstall) await install(program)
  const installed = findProgram(program)
  if (installed === undefined) throw new Error(cure(program))
  return installed
}

async function install({ title, neededBy, debianPackages }: Program): Promise<void> {
  console.log(`${neededBy} need ${title}; installing ${debianPackages.join(" and ")}.`)
  const env = { DEBIAN_FRONTEND: "noninteractive" }
  const updated = await runCommand("apt-get", ["update"], { show: true, env })
  if (updated.exitCode !== 0) return
  await runCommand("apt-get", ["install", "-y", "--no-install-recommends", ...debianPackages], { show: true, env })
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
  for (const [, program] of wanted) console.log(await ensureProgram(program))
}
