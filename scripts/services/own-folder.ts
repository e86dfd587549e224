import { chownSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { serverUser } from "./server-user.ts"

/** A folder that only one server reads and writes, named so that whoever finds one knows whose it was. */
export function ownFolder(name: string): string {
  // As mkdtemp makes it, nobody else may look inside.
  const folder = mkdtempSync(join(tmpdir(), `linklatch-${name}-`))
  const user = serverUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  return folder
}
