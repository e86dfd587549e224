import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { readManifest } from "../../scripts/manifest.ts"
import { packPackage } from "../../scripts/pack-package.ts"
import { projectRoot } from "../../scripts/run-command.ts"

/** Somebody else's project, with the packed package among its modules. */
export interface Consumer {
  readonly folder: string
  remove(): void
}

/**
 * Lays a project out without asking a registry: the package unpacked from its tarball, and links to what it depends on and to
 * `others`. What only our own tests have installed isn't there.
 */
export async function linkedConsumer(others: readonly string[] = []): Promise<Consumer> {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-consumer-"))
  const modules = join(folder, "node_modules")
  mkdirSync(join(modules, ".bin"), { recursive: true })
  const packed = await packPackage(folder)
  renameSync(packed.folder, join(modules, "linklatch"))
  rmSync(packed.tarball)
  const { bin = {}, dependencies = {} } = readManifest(join(modules, "linklatch"))
  for (const name of [...Object.keys(dependencies), ...others]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(projectRoot, "node_modules", name), join(modules, name))
  }
  for (const [command, file] of Object.entries(bin)) {
    chmodSync(join(modules, "linklatch", file), 0o755)
    symlinkSync(join("..", "linklatch", file), join(modules, ".bin", command))
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}
