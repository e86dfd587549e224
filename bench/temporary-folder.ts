import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A new folder for databases, gone when this process ends, whichever way it does; `remove` does it sooner. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `${name}-`))
  const remove = () => {
    // A program that was ended a moment ago may still be writing.
    rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    process.off("exit", remove)
  }
  process.on("exit", remove)
  return { path, remove }
}
