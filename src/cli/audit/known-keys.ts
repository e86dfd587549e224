import { COSIGNATURE, ED25519, readVerifierKey, type VerifierKey } from "../../core/notes/verifier-key.ts"
import { createLogIdentity, verifierKeys } from "../../core/sealing/log-identity.ts"
import type { Settings } from "../../core/settings.ts"
import type { KnownKeys } from "../../core/verifying/checkpoint-ledger.ts"
import type { OutletsConfig } from "../../server/server-config.ts"

export interface KeyOptions {
  readonly key?: readonly VerifierKey[]
  readonly witnessKey?: readonly VerifierKey[]
}

/** Keys of the settings, under whatever name the log had, and those that were given. */
export function knownKeys(
  settings: Settings["audit"] | null,
  { key = [], witnessKey = [] }: KeyOptions,
  outlets?: Pick<OutletsConfig, "witnesses">,
): KnownKeys {
  const identity = settings === null ? null : createLogIdentity(settings)
  const ownWitnesses = (outlets?.witnesses ?? [])
    .map((one) => readKeyOf("witness", one.key))
    .filter((one) => one !== null)
  const known = new Map<string, readonly VerifierKey[]>()
  // Of an origin there is one list, as it takes a hash for each key and a log has many checkpoints.
  const keysOf = (origin: string) => {
    const own = identity === null ? [] : verifierKeys(identity, origin)
    return [...own, ...key.filter(({ name, id }) => name === origin && own.every((one) => one.id !== id))]
  }
  return {
    log(origin) {
      const keys = known.get(origin) ?? keysOf(origin)
      known.set(origin, keys)
      return keys
    },
    witnesses: [...witnessKey, ...ownWitnesses.filter(({ id }) => witnessKey.every((one) => one.id !== id))],
  }
}

/** Reads a vkey of a log, or of a witness; null for others. */
export function readKeyOf(signer: "log" | "witness", text: string): VerifierKey | null {
  const key = readVerifierKey(text)
  return key !== null && key.type === (signer === "log" ? ED25519 : COSIGNATURE) ? key : null
}
