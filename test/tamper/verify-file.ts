import { LinklatchError } from "../../src/core/fault.ts"
import { ED25519, readVerifierKey } from "../../src/core/notes/verifier-key.ts"
import type { Finding } from "../../src/core/verifying/finding.ts"
import { verifyLog } from "../../src/core/verifying/verify-log.ts"
import { openSqliteLog } from "../../src/stores/sqlite/open-log.ts"
import { VKEY } from "./make-log.ts"

const KEY = readVerifierKey(VKEY)

/** A finding, or that the command gave up and said that the log can't be read. */
export type Told = Omit<Finding, "code"> & { readonly code: Finding["code"] | "unreadable" }

export interface FileVerdict {
  readonly size: number
  readonly findings: readonly Told[]
}

/** What `linklatch audit verify` makes of a file, with the log's key and checkpoints from outside. */
export async function verifyFile(path: string, outside: readonly { readonly note: string }[]): Promise<FileVerdict> {
  const { log, close } = openSqliteLog(path)
  try {
    return await verifyLog(log, {
      keys: { log: (origin) => (KEY?.name === origin && KEY.type === ED25519 ? [KEY] : []), witnesses: [] },
      outside: outside.map(({ note }) => ({ note, source: "outside" })),
    })
  } catch (fault) {
    if (!(fault instanceof LinklatchError) || fault.code !== "store_unavailable") throw fault
    return { size: 0, findings: [{ code: "unreadable", message: fault.message }] }
  } finally {
    close()
  }
}
