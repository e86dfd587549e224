import type { RevokeSessions, SignedIn, Store } from "../core/store.ts"
import type { User } from "../core/users/user.ts"
import { commandClient } from "./command-client.ts"
import type { CommandContext } from "./command-context.ts"
import { isConfirmed } from "./confirm.ts"
import { exitCodes } from "./exit-codes.ts"
import { findUser } from "./find-user.ts"
import { plural } from "./plural.ts"
import { printError } from "./print-error.ts"
import { type StoreOptions, withStore } from "./with-store.ts"

export interface SessionsRevokeOptions extends StoreOptions {
  readonly user?: string
  readonly all?: boolean
  readonly yes?: boolean
}

/** Ends sessions: those with the ids, or all of one user's. */
export async function sessionsRevokeCommand(
  context: CommandContext,
  ids: readonly string[],
  options: SessionsRevokeOptions,
): Promise<number> {
  const misuse = misuseOf(ids, options)
  if (misuse !== null) return printError(context, { code: "usage", message: misuse }, exitCodes.usage)
  return withStore(context, options, async ({ store }) => {
    if (options.user === undefined) return revokeByIds(context, store, ids, null)
    const found = await findUser(context, store, options.user)
    if (found.status === "failed") return found.exitCode
    if (options.all === true) return revokeAll(context, store, found.user, options.yes)
    return revokeByIds(context, store, ids, found.user)
  })
}

function misuseOf(ids: readonly string[], { user, all }: SessionsRevokeOptions): string | null {
  if (all === true && user === undefined)
    return "--all goes with --user. To sign everybody out, put a new secret alone: linklatch keys rotate --keep 0"
  if (all === true && ids.length > 0) return "Give ids, or --all, but not both."
  if (all !== true && ids.length === 0 && user !== undefined)
    return `Add --all to end every session of ${user}, or give ids: linklatch sessions list --user ${user}`
  if (all !== true && ids.length === 0) return "Give the ids of sessions, or --user with --all: linklatch sessions list"
  return null
}

async function revokeByIds(
  context: CommandContext,
  store: Store,
  ids: readonly string[],
  owner: User | null,
): Promise<number> {
  const ended: SignedIn[] = []
  const unknown: string[] = []
  for (const id of new Set(ids.map((one) => one.toLowerCase()))) {
    const signedIn = await store.sessions.find({ sessionId: id, at: Date.now() })
    const isMeant = signedIn !== null && (owner === null || signedIn.user.id === owner.id)
    if (isMeant && (await revoke(store, signedIn.user.id, id)) > 0) ended.push(signedIn)
    else unknown.push(id)
  }
  const sessions = ended.map(({ user, session }) => ({ id: session.id, userId: user.id, email: user.email }))
  if (context.isJson) context.print(JSON.stringify({ revoked: ended.length, sessions, unknown }))
  else for (const { id, email } of sessions) context.print(`Ended ${id} of ${email}.`)
  if (unknown.length === 0) return exitCodes.ok
  const whose = owner === null ? "" : ` of ${owner.email}`
  const message = `There is no live session${whose} with the id ${unknown.join(", ")}.`
  return printError(context, { code: "unknown_session", message, ids: unknown })
}

async function revokeAll(context: CommandContext, store: Store, user: User, isYes?: boolean): Promise<number> {
  const sessions = await store.sessions.list({ userId: user.id, at: Date.now() })
  const message = `Sign ${user.email} out everywhere? ${plural(sessions.length, "live session")} would end.`
  if (!(await isConfirmed(context, { message, isYes }))) return exitCodes.failed
  const revoked = await revoke(store, user.id, "all")
  if (context.isJson) {
    const ended = sessions.map(({ id }) => ({ id, userId: user.id, email: user.email }))
    context.print(JSON.stringify({ revoked, sessions: ended, unknown: [] }))
  } else {
    const said = `${plural(revoked, "session")} of ${user.email} ended, and so did every link and code that was out.`
    context.print(said)
  }
  return exitCodes.ok
}

function revoke(store: Store, userId: string, sessionId: RevokeSessions["sessionId"]): Promise<number> {
  return store.sessions.revoke({
    userId,
    sessionId,
    reason: "ended_by_admin",
    by: "cli",
    client: commandClient("sessions revoke"),
    at: Date.now(),
  })
}
