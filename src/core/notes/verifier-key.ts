import { hash } from "node:crypto"
import { LinklatchError } from "../fault.ts"
import { readBase64 } from "../read-base64.ts"
import { isKeyName } from "./key-name.ts"

/** What checks signatures of one kind by one name (C2SP signed-note, "Verifier keys"). */
export interface VerifierKey {
  /** That of the log or the witness: `example.org/auth/log`. */
  readonly name: string
  /** 32 bits, from name, type and key; it tells keys of one name apart and proves nothing. */
  readonly id: number
  readonly type: SignatureType
  /** 32 bytes (RFC 8032). */
  readonly publicKey: Uint8Array
}

/** Ed25519 over the text of a note: what a log signs. */
export const ED25519 = 1
/** Ed25519 over the text and a time: what a witness signs (C2SP tlog-cosignature). */
export const COSIGNATURE = 4
export type SignatureType = typeof ED25519 | typeof COSIGNATURE

const PUBLIC_KEY_BYTES = 32
const SHAPE = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/

export function verifierKeyOf(name: string, type: SignatureType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) {
    throw new LinklatchError("invalid_argument", "A key's name has no spaces, no plus sign, and isn't empty.")
  }
  if (publicKey.byteLength !== PUBLIC_KEY_BYTES) {
    throw new LinklatchError("invalid_argument", `An Ed25519 key has ${PUBLIC_KEY_BYTES} bytes.`)
  }
  return { name, id: keyId(name, type, publicKey), type, publicKey }
}

/** `example.org/auth/log+530d903a+AekyeRrm…` */
export function writeVerifierKey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${hexId(id)}+${Buffer.of(type, ...publicKey).toString("base64")}`
}

/** Null where it is none, its id isn't that of name and key, or it is for signatures that we don't check. */
export function readVerifierKey(text: string): VerifierKey | null {
  const [, name = "", id, encoded = ""] = SHAPE.exec(text) ?? []
  const bytes = readBase64(encoded)
  if (!isKeyName(name) || bytes === null || bytes.byteLength !== 1 + PUBLIC_KEY_BYTES) return null
  const [type] = bytes
  if (type !== ED25519 && type !== COSIGNATURE) return null
  const key = verifierKeyOf(name, type, Uint8Array.from(bytes.subarray(1)))
  return hexId(key.id) === id ? key : null
}

// C2SP signed-note, "Signatures": the first four bytes of SHA-256.
function keyId(name: string, type: SignatureType, publicKey: Uint8Array): number {
  return hash("sha256", Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey]), "buffer").readUInt32BE()
}

function hexId(id: number): string {
  return id.toString(16).padStart(8, "0")
}
