import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { runCommand } from "../scripts/run-command.ts"

const FOLDER = join(import.meta.dirname, "peers")
const LOCK = join(FOLDER, "package-lock.json")
const STAMP = join(FOLDER, "node_modules", ".installed-lock.json")

/** Installs what we are measured beside, once for each lock file, and checks the types of the programs that run it. */
export async function installPeers(): Promise<void> {
  const lock = readFileSync(LOCK, "utf8")
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === lock) return
  console.log("Installing the peers: npm ci --prefix bench/peers (80 MB, once)")
  // No script needs to run: better-sqlite3 brings its programs ready made.
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund"]
  const installed = await runCommand("npm", ["ci", "--prefix", FOLDER, ...flags], { show: true })
  if (installed.exitCode !== 0) throw new Error(`The peers can't be installed here. ${WITHOUT}`)
  const checked = await runCommand("tsc", ["--noEmit", "-p", FOLDER])
  if (checked.exitCode !== 0) throw new Error(`The programs of bench/peers have wrong types:\n${checked.output}`)
  writeFileSync(STAMP, lock)
}

const WITHOUT = "Measure without them: npm run bench -- --ours"
