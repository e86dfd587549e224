import { hash } from "node:crypto"

/** A secret as it may be shown: enough to tell it from another, of no use to anybody. */
export interface ShownSecret {
  /** From 1. The first signs, all verify. */
  readonly position: number
  readonly role: "signs" | "verifies"
  readonly length: number
  /** The first eight hexadecimal digits of its SHA-256. */
  readonly fingerprint: string
}

export function showSecrets(secrets: readonly string[]): readonly ShownSecret[] {
  return secrets.map((secret, index) => ({
    position: index + 1,
    role: index === 0 ? "signs" : "verifies",
    length: secret.length,
    fingerprint: hash("sha256", secret, "hex").slice(0, 8),
  }))
}

export function secretLine({ position, role, length, fingerprint }: ShownSecret): string {
  return `  ${position}  ${role.padEnd(8)}  ${String(length).padStart(4)} characters  ${fingerprint}`
}
