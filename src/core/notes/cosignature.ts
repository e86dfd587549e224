import { LinklatchError } from "../fault.ts"
import type { LogKey } from "./log-key.ts"
import { isNoteText, writeSignatureLine } from "./signed-note.ts"
import { COSIGNATURE, verifierKeyOf } from "./verifier-key.ts"

interface Cosigner {
  /** Of the witness. */
  readonly name: string
  readonly key: LogKey
  /** Seconds since the epoch. */
  readonly at: number
}

const TIME_BYTES = 8
const COSIGNATURE_BYTES = 72

/** A witness's signature line for the text of a checkpoint, without its newline (C2SP tlog-cosignature, "Format"). */
export function cosignCheckpoint(text: string, { name, key, at }: Cosigner): string {
  if (!isNoteText(text) || !Number.isSafeInteger(at) || at < 1) {
    throw new LinklatchError("invalid_argument", "A checkpoint's text is cosigned at a time in whole seconds.")
  }
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(at))
  const { id } = verifierKeyOf(name, COSIGNATURE, key.publicKey)
  return writeSignatureLine(name, id, Buffer.concat([time, key.sign(cosignedMessage(text, at))]))
}

/** C2SP tlog-cosignature, "Ed25519 signed message". */
export function cosignedMessage(text: string, at: number): string {
  return `cosignature/v1\ntime ${at}\n${text}`
}

/**
 * When a witness says that it signed, in seconds since the epoch: believe it once the signature is checked. Null where it isn't a
 * cosignature by Ed25519, or the time is one that no clock will show.
 */
export function timeOfCosignature(signature: Uint8Array): number | null {
  if (signature.byteLength !== COSIGNATURE_BYTES) return null
  const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
  return Number.isSafeInteger(time) ? time : null
}
