import { canonicalAddress } from "../core/addresses/canonical-address.ts"
import type { Store } from "../core/store.ts"
import type { User } from "../core/users/user.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { printError } from "./print-error.ts"

const ID_SHAPE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export type UserReference = Parameters<Store["users"]["find"]>[0]

export type FoundUser =
  | { readonly status: "found"; readonly user: User }
  /** It was told. */
  | { readonly status: "failed"; readonly exitCode: number }

/** Whom somebody means by an address or an id; null where it is neither. */
export function readUserReference(text: string): UserReference | null {
  if (ID_SHAPE.test(text)) return { userId: text.toLowerCase() }
  const typed = canonicalAddress(text)
  return typed.status === "valid" ? { address: typed.address } : null
}

/** The user that an argument names, or why there is none, which it tells. */
export async function findUser(context: CommandContext, store: Store, text: string): Promise<FoundUser> {
  const reference = readUserReference(text)
  if (reference === null) return { status: "failed", exitCode: noReference(context, text) }
  const user = await store.users.find(reference)
  return user === null ? { status: "failed", exitCode: unknownUser(context, reference) } : { status: "found", user }
}

export function noReference(context: CommandContext, text: string): number {
  const message = `"${text}" is neither a mail address nor the id of a user.`
  return printError(context, { code: "usage", message }, exitCodes.usage)
}

export function unknownUser(context: CommandContext, reference: UserReference): number {
  const message =
    "address" in reference
      ? `There is no user with the address ${reference.address}. Users are made when they first sign in.`
      : `There is no user with the id ${reference.userId}.`
  return printError(context, { code: "unknown_user", message })
}
