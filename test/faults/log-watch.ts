import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import { ED25519, readVerifierKey, type VerifierKey, verifierKeyOf } from "../../src/core/notes/verifier-key.ts"
import { type LogVerdict, verifyLog } from "../../src/core/verifying/verify-log.ts"
import type { Store } from "../../src/index.ts"
import { startWitness } from "../../src/witness/start-witness.ts"
import { openWitnessState } from "../../src/witness/witness-state.ts"
import type { AuditErrand } from "./site-process.ts"
import type { SignedLine } from "./watched-sealing.ts"

/** All that is known of the sealed log when a round is over. */
export interface SealedLog {
  /** Everything made anew from the rows, and compared with every note that was ever signed, handed out, or kept. */
  readonly verdict: LogVerdict
  /** The text of each note that any process ever signed, whether it lived to tell or not. */
  readonly signed: readonly SignedText[]
  /** What the witness refused because it doesn't follow from what it had signed. */
  readonly forks: number
}

export interface SignedText {
  readonly size: number
  readonly text: string
}

/** What stands outside of a site and watches its log: a witness, a file of checkpoints, and whoever takes down all that is signed. */
export interface LogWatch {
  readonly errand: AuditErrand
  read(store: Store): Promise<SealedLog>
  close(): Promise<void>
}

const ORIGIN = "login.example.com/auth/log"

export async function openLogWatch(folder: string, key: string): Promise<LogWatch> {
  const logKey = verifierKeyOf(ORIGIN, ED25519, deriveLogKey(key).publicKey)
  let forks = 0
  const hear = (_event: string, fields?: { readonly outcome?: unknown }) => {
    if (fields?.outcome === "inconsistent") forks += 1
  }
  const witness = await startWitness({
    host: "127.0.0.1",
    port: 0,
    name: "witness.example.com/w1",
    key: deriveLogKey("the key of a witness in the campaign, thirty-two"),
    state: openWitnessState(join(folder, "witness.db")),
    logs: [logKey],
    log: { info: hear, warn: hear, error: hear },
  })
  const errand: AuditErrand = {
    key,
    origin: ORIGIN,
    checkpointFile: join(folder, "checkpoints"),
    notesFile: join(folder, "notes"),
    witness: { key: witness.verifierKey, url: `http://127.0.0.1:${witness.port}` },
  }
  const keys = {
    log: (origin: string) => (origin === ORIGIN ? [logKey] : []),
    witnesses: [readVerifierKey(witness.verifierKey) as VerifierKey],
  }
  return {
    errand,
    async read(store) {
      const signed = readSignedLines(errand.notesFile).filter((line) => "note" in line)
      const outside = [
        ...signed.map(({ note }) => ({ note, source: "what was signed" })),
        ...readNotes(errand.checkpointFile).map((note) => ({ note, source: "the checkpoint file" })),
      ]
      const verdict = await verifyLog(store.sealing, { keys, outside })
      return { verdict, forks, signed: signed.map(({ size, note }) => ({ size, text: textOf(note) })) }
    },
    close: () => witness.stop(),
  }
}

/** All that was told so far of what was signed. */
export function readSignedLines(path: string): readonly SignedLine[] {
  return linesOf(path, "\n").map((line) => JSON.parse(line))
}

function readNotes(path: string): readonly string[] {
  return linesOf(path, "\f\n")
}

function linesOf(path: string, separator: string): readonly string[] {
  if (!existsSync(path)) return []
  return readFileSync(path, "utf8")
    .split(separator)
    .filter((line) => line !== "")
}

/** Without its signatures. */
function textOf(note: string): string {
  return note.slice(0, note.indexOf("\n\n"))
}
