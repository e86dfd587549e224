import { canonicalAddress } from "../core/addresses/canonical-address.ts"
import type { Store } from "../core/store.ts"
import { listUsers, type UserPage } from "../core/users/list-users.ts"
import type { User } from "../core/users/user.ts"
import { columns } from "./columns.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { userJson } from "./json-shapes.ts"
import { showTime } from "./show-time.ts"
import { type StoreOptions, withStore } from "./with-store.ts"

export interface UsersListOptions extends StoreOptions {
  readonly limit: number
  readonly all?: boolean
  readonly after?: string
  readonly search?: string
  readonly disabled?: boolean
}

const WIDTHS = [16, 8, 36]
// Of a million users no more than this are in memory at a time.
const PAGE = 500

/** Prints users by address, page after page as they are read. */
export function usersListCommand(context: CommandContext, options: UsersListOptions): Promise<number> {
  return withStore(context, options, ({ store }) => {
    const pages = readPages(store, options)
    return context.isJson ? printJson(context, pages) : printTable(context, pages, options)
  })
}

async function* readPages(store: Store, options: UsersListOptions): AsyncGenerator<UserPage> {
  const { search = "", disabled = false } = options
  let left = options.all === true ? Number.POSITIVE_INFINITY : options.limit
  let after = options.after === undefined ? null : readAfter(options.after)
  do {
    const limit = Math.min(left, PAGE)
    const page: UserPage = await listUsers({ store }, { limit, search, disabled, ...(after !== null && { after }) })
    yield page
    left -= page.users.length
    after = page.next
  } while (after !== null && left > 0)
}

function readAfter(text: string): string {
  const typed = canonicalAddress(text)
  return typed.status === "valid" ? typed.address : text
}

async function printJson(context: CommandContext, pages: AsyncIterable<UserPage>): Promise<number> {
  let next: string | null = null
  let between = ""
  await context.stream(`{"users":[`)
  for await (const page of pages) {
    const lines = page.users.map((user) => `\n${JSON.stringify(userJson(user))}`).join(",")
    next = page.next
    if (!(await context.stream(lines === "" ? "" : between + lines))) return exitCodes.ok
    between = ","
  }
  await context.stream(`],\n"next":${JSON.stringify(next)}}\n`)
  return exitCodes.ok
}

async function printTable(
  context: CommandContext,
  pages: AsyncIterable<UserPage>,
  options: UsersListOptions,
): Promise<number> {
  let count = 0
  let next: string | null = null
  for await (const page of pages) {
    const lines = page.users.map(userLine)
    if (count === 0 && lines.length > 0) lines.unshift(columns(WIDTHS, ["SINCE (UTC)", "STATE", "ID", "ADDRESS"]))
    if (!(await context.stream(lines.map((line) => `${line}\n`).join("")))) return exitCodes.ok
    count += page.users.length
    next = page.next
  }
  if (count === 0) context.printError(nobody(options))
  if (next !== null) context.printError(`There are more. The next ones: ${nextCommand(next, options)}`)
  return exitCodes.ok
}

function userLine({ createdAt, disabledAt, id, email }: User): string {
  return columns(WIDTHS, [showTime(createdAt), disabledAt === null ? "active" : "disabled", id, email])
}

function nobody({ search, disabled, after }: UsersListOptions): string {
  const which = [
    ...(disabled === true ? ["is disabled"] : []),
    ...(search === undefined ? [] : [`has an address that begins with "${search}"`]),
    ...(after === undefined ? [] : [`comes after ${after}`]),
  ]
  return which.length === 0
    ? "There are no users yet: they are made when they first sign in."
    : `No user ${which.join(" and ")}.`
}

function nextCommand(next: string, { search, disabled, limit, dev }: UsersListOptions): string {
  const flags = [
    ...(dev === true ? ["--dev"] : []),
    ...(disabled === true ? ["--disabled"] : []),
    ...(search === undefined ? [] : [`--search ${quoted(search)}`]),
    ...(limit === 50 ? [] : [`--limit ${limit}`]),
  ]
  return ["linklatch users list", ...flags, `--after ${quoted(next)}`].join(" ")
}

// What a shell takes for itself may stand in an address.
function quoted(text: string): string {
  return /^[\w@.+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
