import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A new folder for databases, gone when this process ends, whichever way it does; `remove` does it sooner. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `${name}-`))
  const remove = () => {
    rmSync(path, { recursive: true, force: true })
    process.off("exit", remove)
  }
  process.on("exit", remove)
  return { path, remove }
}
