import { ED25519, readVerifierKey } from "../../src/core/notes/verifier-key.ts"
import type { LogVerdict } from "../../src/core/verifying/verify-log.ts"
import { verifyLog } from "../../src/core/verifying/verify-log.ts"
import { openSqliteLog } from "../../src/stores/sqlite/open-log.ts"
import { VKEY } from "./make-log.ts"

const KEY = readVerifierKey(VKEY)

/** What `linklatch audit verify` makes of a file, with the log's key and checkpoints from outside. */
export async function verifyFile(path: string, outside: readonly { readonly note: string }[]): Promise<LogVerdict> {
  const { log, close } = openSqliteLog(path)
  try {
    return await verifyLog(log, {
      keys: { log: (origin) => (KEY?.name === origin && KEY.type === ED25519 ? [KEY] : []), witnesses: [] },
      outside: outside.map(({ note }) => ({ note, source: "outside" })),
    })
  } finally {
    close()
  }
}
