import { accessSync, constants, existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { runCommand } from "./run-command.ts"

const debianPackages = ["chromium", "fonts-dejavu-core"]

/** The path of a Chromium: `CHROMIUM_PATH`, or what the machine has. Undefined when there is none. */
export function findChromium(): string | undefined {
  const named = process.env["CHROMIUM_PATH"]
  if (named !== undefined && named !== "") return isExecutable(named) ? named : undefined
  const folders = ["/usr/bin", ...(process.env["PATH"] ?? "").split(delimiter)]
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

/** Finds Chromium, or installs it where that is ours to do (root on Debian or Ubuntu); else throws, saying what to install. */
export async function ensureChromium(): Promise<string> {
  const found = findChromium()
  if (found !== undefined) return found
  const mayInstall =
    process.env["CHROMIUM_PATH"] === undefined && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")
  if (mayInstall) await installChromium()
  const installed = findChromium()
  if (installed === undefined) throw new Error(cure())
  return installed
}

async function installChromium(): Promise<void> {
  console.log(`The browser tests need Chromium; installing ${debianPackages.join(" and ")}.`)
  const env = { DEBIAN_FRONTEND: "noninteractive" }
  const updated = await runCommand("apt-get", ["update"], { show: true, env })
  if (updated.exitCode !== 0) return
  await runCommand("apt-get", ["install", "-y", "--no-install-recommends", ...debianPackages], { show: true, env })
}

function cure(): string {
  const named = process.env["CHROMIUM_PATH"]
  if (named !== undefined) return `CHROMIUM_PATH is ${named}, which is not a program that can be run.`
  return (
    `The browser tests need Chromium. On Debian or Ubuntu: sudo apt-get install ${debianPackages.join(" ")}. ` +
    "Elsewhere install Chromium or Google Chrome and set CHROMIUM_PATH to its program."
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

if (import.meta.main) console.log(await ensureChromium())
