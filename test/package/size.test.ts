import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { installedPackages, sizeOf, sumOf } from "../../scripts/installed-packages.ts"
import { readManifest } from "../../scripts/manifest.ts"
import { packPackage } from "../../scripts/pack-package.ts"
import { projectRoot } from "../../scripts/run-command.ts"

const { dependencies = {} } = readManifest(projectRoot)
const packages = installedPackages(projectRoot, Object.keys(dependencies))

// Thirteen of them are `pg`, which comes in small pieces.
it("brings at most 45 packages, itself included", () => {
  expect(packages.map(({ name }) => name)).toContain("sonic-boom")
  expect(packages.length + 1).toBeLessThanOrEqual(45)
})

it("takes less than 20 MB on a disk, the server and all that it needs included", async () => {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-size-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const own = sizeOf((await packPackage(folder)).folder)
  const { onDisk } = sumOf([own, ...packages.map(({ size }) => size)])
  expect(onDisk).toBeGreaterThan(5e6)
  expect(onDisk).toBeLessThan(20e6)
})
