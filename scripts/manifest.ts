import { readFileSync } from "node:fs"
import { join, posix } from "node:path"

/** What is read here of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin?: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Door>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly scripts?: Readonly<Record<string, string>>
}

interface Door {
  readonly types: string
  readonly default: string
}

/** Where `bin/linklatch.mjs` goes on, in a way that no reader of imports can follow. */
export const PROGRAM = "dist/cli/main.js"

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest
}

/** The public doors by the name that they are imported by, with their files below the package's folder. */
export function doorsOf({ name, exports }: Manifest): readonly (Door & { readonly name: string })[] {
  return Object.entries(exports).flatMap(([path, door]) =>
    typeof door === "string"
      ? []
      : [{ name: posix.join(name, path), types: posix.normalize(door.types), default: posix.normalize(door.default) }],
  )
}
