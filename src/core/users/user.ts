import type { Address } from "../addresses/canonical-address.ts"

/** A person, known by one canonical address. Times are milliseconds since the epoch. */
export interface User {
  /** UUIDv7. */
  readonly id: string
  readonly email: Address
  readonly displayName: string
  readonly createdAt: number
  readonly disabledAt: number | null
}

/** One way in that a user has taken. */
export interface ProviderUse {
  /** `magic_link`, `email_code`, `google`, `linkedin`, `email`, `passkey`… */
  readonly provider: string
  readonly firstUsedAt: number
  readonly lastUsedAt: number
  readonly uses: number
}
