import { existsSync, readdirSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { readManifest } from "./manifest.ts"

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly size: Size
}

export interface Size {
  readonly files: number
  /** What the files hold. */
  readonly bytes: number
  /** What they take in blocks of 4 kB, folders included, as `du` counts on most machines. */
  readonly onDisk: number
}

const BLOCK = 4_096

/**
 * What npm lays out for somebody who asks for `names` in `folder`, each package once: dependencies, optional ones where they are there, and
 * peers that aren't optional. Found where Node would find them.
 */
export function installedPackages(folder: string, names: readonly string[]): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>()
  const visit = (from: string, name: string, isOptional: boolean): void => {
    const place = findPackage(from, name)
    if (place === null && isOptional) return
    if (place === null) throw new Error(`${name} isn't installed, and ${from} asks for it.`)
    if (found.has(place)) return
    const manifest = readManifest(place)
    found.set(place, { name, version: manifest.version, size: sizeOf(place) })
    const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
      visit(place, dependency, dependency in optionalDependencies)
    for (const peer of Object.keys(peerDependencies))
      if (peerDependenciesMeta[peer]?.optional !== true) visit(place, peer, false)
  }
  for (const name of names) visit(folder, name, false)
  return [...found.values()]
}

/** The size of a folder without the packages inside it, which are counted by themselves. */
export function sizeOf(folder: string): Size {
  const size = { files: 0, bytes: 0, onDisk: BLOCK }
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== "node_modules") add(size, sizeOf(path))
    if (entry.isFile()) {
      const bytes = statSync(path).size
      add(size, { files: 1, bytes, onDisk: Math.ceil(bytes / BLOCK) * BLOCK })
    }
  }
  return size
}

export function sumOf(sizes: readonly Size[]): Size {
  const sum = { files: 0, bytes: 0, onDisk: 0 }
  for (const size of sizes) add(sum, size)
  return sum
}

function add(sum: { -readonly [Key in keyof Size]: Size[Key] }, size: Size): void {
  sum.files += size.files
  sum.bytes += size.bytes
  sum.onDisk += size.onDisk
}

function findPackage(from: string, name: string): string | null {
  const place = join(from, "node_modules", name)
  if (existsSync(join(place, "package.json"))) return place
  return dirname(from) === from ? null : findPackage(dirname(from), name)
}
