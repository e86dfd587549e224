import { deriveLogKey, type LogKey } from "../notes/log-key.ts"
import { ED25519, type VerifierKey, verifierKeyOf } from "../notes/verifier-key.ts"
import type { Settings } from "../settings.ts"

/** Who signs a log's checkpoints. */
export interface LogIdentity {
  /** The log's name, as C2SP tlog-checkpoint has it: `login.example.com/auth/log`. */
  readonly origin: string
  /** The first signs, all verify. */
  readonly keys: readonly [LogKey, ...LogKey[]]
}

/** The identity that the settings give. */
export function createLogIdentity({ origin, keys }: Pick<Settings["audit"], "origin" | "keys">): LogIdentity {
  const [first, ...others] = keys
  return { origin, keys: [deriveLogKey(first), ...others.map(deriveLogKey)] }
}

/** All keys of ours under a name: that of the log, or one that it had. */
export function verifierKeys({ keys }: LogIdentity, origin: string): readonly VerifierKey[] {
  return keys.map(({ publicKey }) => verifierKeyOf(origin, ED25519, publicKey))
}
