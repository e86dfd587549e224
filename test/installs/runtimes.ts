import { realpathSync } from "node:fs"
import { join } from "node:path"
import type { Runtime } from "../package/runtime.ts"

/** Something to run on, as the registry has it. */
export interface RuntimePackage {
  /** What to install: `node@22`. */
  readonly name: string
  readonly command: string
  /** What stands before the name of a file. */
  readonly args: readonly string[]
}

const node = (version: string): RuntimePackage => ({ name: `node@${version}`, command: "node", args: [] })

/** All that we say we run on: the oldest Node, the newest of each line that is looked after, and the two that are like it. */
export const supported: readonly RuntimePackage[] = [
  node("22.18.0"),
  node("22"),
  node("24"),
  node("26"),
  { name: "bun@1", command: "bun", args: ["run"] },
  { name: "deno@2", command: "deno", args: ["run", "--allow-all", "--node-modules-dir=manual"] },
]

/** What people still have, and are told of: too old, and 23, which never got what 22.16 did for SQLite. */
export const unsupported: readonly RuntimePackage[] = ["14", "18", "20", "22.17", "23"].map(node)

/** The runtime itself, past whatever npm puts before it. */
export function runtimeIn(folder: string, { command, args }: RuntimePackage): Runtime {
  return { program: realpathSync(join(folder, "node_modules/.bin", command)), args }
}
