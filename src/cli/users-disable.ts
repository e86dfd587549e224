import type { User } from "../core/users/user.ts"
import { commandClient } from "./command-client.ts"
import type { CommandContext } from "./command-context.ts"
import { isConfirmed } from "./confirm.ts"
import { exitCodes } from "./exit-codes.ts"
import { findUser } from "./find-user.ts"
import { userJson } from "./json-shapes.ts"
import { plural } from "./plural.ts"
import { type OpenedStore, type StoreOptions, withStore } from "./with-store.ts"

export interface UsersDisableOptions extends StoreOptions {
  readonly yes?: boolean
}

/** Disables a user, which ends all of their sessions and links at once, or enables them again. */
export function usersDisableCommand(
  context: CommandContext,
  change: { readonly whom: string; readonly isDisabled: boolean },
  options: UsersDisableOptions,
): Promise<number> {
  return withStore(context, options, async ({ store }) => {
    const found = await findUser(context, store, change.whom)
    if (found.status === "failed") return found.exitCode
    const { user } = found
    const message = await question(store, user, change.isDisabled)
    if (!(await isConfirmed(context, { message, isYes: options.yes }))) return exitCodes.failed
    const outcome = await store.users.setDisabled({
      userId: user.id,
      isDisabled: change.isDisabled,
      by: "cli",
      client: commandClient(change.isDisabled ? "users disable" : "users enable"),
      at: Date.now(),
    })
    // Nobody deletes users, so the one that was found is still there.
    const sessionsEnded = outcome.status === "changed" ? outcome.sessionsEnded : 0
    const now = (await store.users.find({ userId: user.id })) ?? user
    const { status } = outcome
    if (context.isJson) context.print(JSON.stringify({ status, sessionsEnded, user: userJson(now) }))
    else context.print(says(now, status === "changed", sessionsEnded))
    return exitCodes.ok
  })
}

async function question(store: OpenedStore["store"], user: User, isDisabled: boolean): Promise<string> {
  if (!isDisabled) return `Enable ${user.email}? They can sign in again, with a new link.`
  const { length } = await store.sessions.list({ userId: user.id, at: Date.now() })
  return `Disable ${user.email}? ${plural(length, "live session")} would end, and nobody could sign in with this address.`
}

function says({ email, disabledAt }: User, isChanged: boolean, sessionsEnded: number): string {
  if (!isChanged) return `${email} was ${disabledAt === null ? "enabled" : "disabled"} already.`
  if (disabledAt === null) return `${email} is enabled, and can sign in with a new link.`
  return `${email} is disabled. ${plural(sessionsEnded, "session")} ended, and so did every link and code that was out.`
}
