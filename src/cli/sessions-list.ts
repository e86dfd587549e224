import type { SignedIn, Store } from "../core/store.ts"
import { columns } from "./columns.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { findUser } from "./find-user.ts"
import { sessionJson } from "./json-shapes.ts"
import { showTime } from "./show-time.ts"
import { type StoreOptions, withStore } from "./with-store.ts"

export interface SessionsListOptions extends StoreOptions {
  readonly limit: number
  readonly all?: boolean
  readonly user?: string
}

interface Page {
  readonly sessions: readonly SignedIn[]
  readonly isMore: boolean
}

const WIDTHS = [16, 16, 36, 22, 15]
const PAGE = 500

/** Prints live sessions, newest first: of one user or of everybody. */
export function sessionsListCommand(context: CommandContext, options: SessionsListOptions): Promise<number> {
  return withStore(context, options, async ({ store }) => {
    if (options.user === undefined) return printPages(context, readPages(store, options))
    const found = await findUser(context, store, options.user)
    if (found.status === "failed") return found.exitCode
    const { user } = found
    const sessions = await store.sessions.list({ userId: user.id, at: Date.now() })
    return printPages(context, [{ sessions: sessions.map((session) => ({ user, session })), isMore: false }])
  })
}

async function* readPages(store: Store, options: SessionsListOptions): AsyncGenerator<Page> {
  const at = Date.now()
  let left = options.all === true ? Number.POSITIVE_INFINITY : options.limit
  let after: SignedIn["session"] | null = null
  do {
    const max = Math.min(left, PAGE)
    const found: readonly SignedIn[] = await store.sessions.listAll({ after, max: max + 1, at })
    const sessions = found.slice(0, max)
    after = found.length > max ? (sessions.at(-1)?.session ?? null) : null
    left -= sessions.length
    yield { sessions, isMore: after !== null }
  } while (after !== null && left > 0)
}

function printPages(context: CommandContext, pages: AsyncIterable<Page> | Iterable<Page>): Promise<number> {
  return context.isJson ? printJson(context, pages) : printTable(context, pages)
}

async function printJson(context: CommandContext, pages: AsyncIterable<Page> | Iterable<Page>): Promise<number> {
  let isMore = false
  let between = ""
  await context.stream(`{"sessions":[`)
  for await (const page of pages) {
    const lines = page.sessions.map(({ user, session }) => `\n${JSON.stringify(sessionJson(session, user.email))}`)
    isMore = page.isMore
    if (!(await context.stream(lines.length === 0 ? "" : between + lines.join(",")))) return exitCodes.ok
    between = ","
  }
  await context.stream(`],\n"more":${isMore}}\n`)
  return exitCodes.ok
}

async function printTable(context: CommandContext, pages: AsyncIterable<Page> | Iterable<Page>): Promise<number> {
  let count = 0
  let isMore = false
  for await (const page of pages) {
    const lines = page.sessions.map(sessionLine)
    if (count === 0 && lines.length > 0)
      lines.unshift(columns(WIDTHS, ["LAST SEEN (UTC)", "SINCE", "ID", "DEVICE", "CLIENT", "ADDRESS"]))
    if (!(await context.stream(lines.map((line) => `${line}\n`).join("")))) return exitCodes.ok
    count += page.sessions.length
    isMore = page.isMore
  }
  if (count === 0) context.printError("There is no live session.")
  if (isMore) context.printError("There are more: --limit takes a larger number, and --all shows every one.")
  return exitCodes.ok
}

function sessionLine({ user, session }: SignedIn): string {
  const { lastSeenAt, createdAt, id, device, ip } = session
  return columns(WIDTHS, [showTime(lastSeenAt), showTime(createdAt), id, device, ip ?? "unknown", user.email])
}
