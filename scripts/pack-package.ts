import { join } from "node:path"
import { runCommand } from "./run-command.ts"

/** The package as npm would send it. */
export interface PackedPackage {
  readonly tarball: string
  /** The same, unpacked. */
  readonly folder: string
}

/** Packs `dist/` as it is now into `folder`, and unpacks that: what follows looks at what users get, not at the work tree. */
export async function packPackage(folder: string): Promise<PackedPackage> {
  const packed = await runCommand("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder])
  if (packed.exitCode !== 0) throw new Error(`npm pack failed:\n${packed.output}`)
  const tarball = join(folder, packed.output.trim().split("\n").at(-1) ?? "")
  const unpacked = await runCommand("tar", ["-xzf", tarball, "-C", folder])
  if (unpacked.exitCode !== 0) throw new Error(`${tarball} can't be unpacked:\n${unpacked.output}`)
  return { tarball, folder: join(folder, "package") }
}
