import { canonicalAddress } from "../addresses/canonical-address.ts"
import type { Context } from "../context.ts"
import { LinklatchError } from "../fault.ts"
import { storableText } from "../storable-text.ts"
import { trimBlanks } from "../trim-blanks.ts"
import type { User } from "./user.ts"

/** Which users, and how many at a time. */
export interface UserListOptions {
  /** 1 to 1000; default 50. */
  readonly limit?: number | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  /** What the address begins with. */
  readonly search?: string | undefined
  /** True: only users who are disabled. */
  readonly disabled?: boolean | undefined
}

export interface UserPage {
  /** By address. */
  readonly users: readonly User[]
  /** What `after` takes for the page that follows; null on the last one. */
  readonly next: string | null
}

const MAX_LIMIT = 1_000

/** One page of the users, by address: one range of an index, however many there are and however far the page is. */
export async function listUsers({ store }: Pick<Context, "store">, options: UserListOptions = {}): Promise<UserPage> {
  const { limit = 50, after = null, search = "", disabled = false } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new LinklatchError("invalid_argument", `A page of users has 1 to ${MAX_LIMIT} of them.`)
  // One more than asked for, which tells whether there is more.
  const users = await store.users.list({
    after: after === null ? null : storableText(after),
    max: limit + 1,
    prefix: readPrefix(search),
    onlyDisabled: disabled,
  })
  const page = users.slice(0, limit)
  return { users: page, next: users.length > limit ? (page.at(-1)?.email ?? null) : null }
}

// Addresses are looked for as they are kept: a whole one may be written in any way that signs in.
function readPrefix(search: string): string {
  const whole = canonicalAddress(search)
  return whole.status === "valid" ? whole.address : storableText(trimBlanks(search).toLowerCase())
}
