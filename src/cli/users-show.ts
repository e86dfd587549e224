import { styleText } from "node:util"
import type { Session } from "../core/sessions/session.ts"
import type { ProviderUse, User } from "../core/users/user.ts"
import { columns } from "./columns.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { findUser } from "./find-user.ts"
import { providerJson, sessionJson, userJson } from "./json-shapes.ts"
import { plural } from "./plural.ts"
import { showTime } from "./show-time.ts"
import { type OpenedStore, type StoreOptions, withStore } from "./with-store.ts"

interface Shown {
  readonly user: User
  /** Null where ADMIN_EMAILS isn't set here, though it may be where the server runs. */
  readonly isAdmin: boolean | null
  readonly providers: readonly ProviderUse[]
  readonly sessions: readonly Session[]
}

const WIDTHS = [16, 16, 36, 22]

/** Shows one user: state, ways in, live sessions, and whether they are on the list of administrators. */
export function usersShowCommand(context: CommandContext, whom: string, options: StoreOptions): Promise<number> {
  return withStore(context, options, async (opened) => {
    const found = await findUser(context, opened.store, whom)
    if (found.status === "failed") return found.exitCode
    const shown = await look(opened, found.user)
    context.print(context.isJson ? json(shown) : prose(shown))
    return exitCodes.ok
  })
}

async function look({ store, settings }: OpenedStore, user: User): Promise<Shown> {
  const { adminEmails } = settings
  const [providers, sessions] = await Promise.all([
    store.providers.list(user.id),
    store.sessions.list({ userId: user.id, at: Date.now() }),
  ])
  return { user, isAdmin: adminEmails.size === 0 ? null : adminEmails.has(user.email), providers, sessions }
}

function json({ user, isAdmin, providers, sessions }: Shown): string {
  return JSON.stringify({
    user: userJson(user),
    isAdmin,
    providers: providers.map(providerJson),
    sessions: sessions.map((session) => sessionJson(session, user.email)),
  })
}

function prose({ user, isAdmin, providers, sessions }: Shown): string {
  const admin = isAdmin === null ? "unknown: ADMIN_EMAILS isn't set here" : isAdmin ? "yes" : "no"
  const state = user.disabledAt === null ? "active" : `disabled since ${showTime(user.disabledAt)}`
  return [
    styleText("bold", user.email),
    `  Name    ${user.displayName}`,
    `  Id      ${user.id}`,
    `  Since   ${showTime(user.createdAt)}`,
    `  State   ${state}`,
    `  Admin   ${admin}`,
    "",
    styleText("bold", "Ways in"),
    ...providers.map(
      ({ provider, uses, firstUsedAt, lastUsedAt }) =>
        `  ${provider.padEnd(12)}  ${plural(uses, "time")}, first ${showTime(firstUsedAt)}, last ${showTime(lastUsedAt)}`,
    ),
    "",
    styleText("bold", `${plural(sessions.length, "live session")}`),
    ...(sessions.length === 0 ? [] : [`  ${columns(WIDTHS, ["LAST SEEN", "SINCE", "ID", "DEVICE", "CLIENT"])}`]),
    ...sessions.map(({ lastSeenAt, createdAt, id, device, ip }) => {
      const cells = [showTime(lastSeenAt), showTime(createdAt), id, device, ip ?? "unknown"]
      return `  ${columns(WIDTHS, cells)}`
    }),
    styleText("gray", "Times are UTC."),
  ].join("\n")
}
