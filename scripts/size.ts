// `npm run size`: what the package weighs, what is installed with it, and how long it takes to import; beside Better Auth where
// `npm ci --prefix bench/peers` has put it.
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "./build.ts"
import { type Import, type ImportTimes, importTimes } from "./import-time.ts"
import { type InstalledPackage, installedPackages, sizeOf, sumOf } from "./installed-packages.ts"
import { doorsOf, readManifest } from "./manifest.ts"
import { packPackage } from "./pack-package.ts"
import { projectRoot } from "./run-command.ts"

const RUNS = 21
const PEERS = join(projectRoot, "bench/peers")
const LARGEST = 8

const manifest = readManifest(projectRoot)
const built = await build()
if (!built.ok) throw new Error(built.output)
console.log(`Node ${process.versions.node}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(2)}`)
const own = await printPackage()
printInstalled("linklatch", [own, ...installedPackages(projectRoot, Object.keys(manifest.dependencies ?? {}))])
const peer = { folder: PEERS, names: ["better-auth", "better-auth/plugins", "better-sqlite3"] }
const hasPeer = existsSync(join(PEERS, "node_modules/better-auth"))
if (hasPeer) printInstalled("better-auth, better-sqlite3", installedPackages(PEERS, ["better-auth", "better-sqlite3"]))
else console.log("\nBetter Auth isn't installed: npm ci --prefix bench/peers --ignore-scripts")
printImports()

async function printPackage(): Promise<InstalledPackage> {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-size-"))
  try {
    const packed = await packPackage(folder)
    const { name, version } = manifest
    const size = sizeOf(packed.folder)
    console.log(
      `\nThe package: ${kb(statSync(packed.tarball).size)} packed; ${size.files} files, ${kb(size.bytes)} unpacked`,
    )
    return { name, version, size }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function printInstalled(title: string, packages: readonly InstalledPackage[]): void {
  const { bytes, onDisk } = sumOf(packages.map(({ size }) => size))
  console.log(`\nInstalled with ${title}: ${packages.length} packages, ${mb(onDisk)} on disk (${mb(bytes)} of files)`)
  const largest = packages.toSorted((a, b) => b.size.onDisk - a.size.onDisk).slice(0, LARGEST)
  console.log(`  ${largest.map(({ name, size }) => `${name} ${mb(size.onDisk)}`).join(", ")}`)
}

function printImports(): void {
  const ours = (...names: readonly string[]): Import => ({ folder: projectRoot, names })
  const all = [
    ours("linklatch", "linklatch/sqlite"),
    ours("linklatch", "linklatch/sqlite", "linklatch/smtp"),
    ...doorsOf(manifest).map(({ name }) => ours(name)),
    ...(hasPeer ? [peer] : []),
  ]
  console.log(`\nImport, median (best) of ${RUNS} processes`)
  for (const [index, times] of importTimes(all, RUNS).entries())
    console.log(`  ${all[index]?.names.join(" + ").padEnd(52)} ${printTimes(times)}`)
}

function printTimes({ median, best }: ImportTimes): string {
  return `${median.toFixed(0).padStart(4)} ms (${best.toFixed(0)})`
}

function kb(bytes: number): string {
  return `${(bytes / 1e3).toFixed(0)} kB`
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
