import { accessSync, chownSync, constants, mkdtempSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { serverUser } from "./server-user.ts"

/** Where Linux keeps files in memory: a database makes, and takes away, a few hundred of them. */
const IN_MEMORY = "/dev/shm"
/** Far more than the databases of a whole `npm test` take. In a container there are mostly 64 MB. */
const ROOM_BYTES = 4 * 1024 ** 3

/** A folder that only one server reads and writes, named so that whoever finds one knows whose it was. */
export function ownFolder(name: string, parent = tmpdir()): string {
  // As mkdtemp makes it, nobody else may look inside.
  const folder = mkdtempSync(join(parent, `linklatch-${name}-`))
  const user = serverUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  return folder
}

/** Where files are quickest that may all be lost: in memory, if we may write there and there is plenty of it. */
export function quickestParent(): string {
  try {
    accessSync(IN_MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    // What a container is allowed counts, not what the machine has.
    return Math.min(bavail * bsize, process.availableMemory()) > ROOM_BYTES ? IN_MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}
