// What an application does with `auth`, each result by the type that it says it has.
import { createServer } from "node:http"
import type { ProviderUse, Session, SignedIn, User, UserPage } from "linklatch"
import { LinklatchError } from "linklatch"
import { auth } from "./auth.ts"

export async function page(request: Request): Promise<Response> {
  const signedIn = await auth.session(request)
  if (signedIn === null) return Response.redirect("/auth/sign-in?next=/orders", 303)
  const { user, session } = signedIn satisfies SignedIn
  const email: string = user.email
  const since: Date = new Date(session.createdAt)
  const disabledAt: number | null = user.disabledAt
  return new Response(`${email} ${since.toISOString()} ${disabledAt} ${session.device.length}`)
}

createServer(async (request, response) => {
  const signedIn = await auth.session(request)
  response.end(signedIn?.user.displayName)
})

export function answer(request: Request, socket: { remoteAddress?: string }): Promise<Response> {
  return auth.handler(request, { remoteAddress: socket.remoteAddress })
}

export async function administer(userId: string): Promise<readonly string[]> {
  const found: User | null = await auth.users.find({ email: "ada@example.com" })
  const first: UserPage = await auth.users.list({ limit: 10, after: undefined, search: "ada", disabled: true })
  const following = first.next === null ? null : await auth.users.list({ after: first.next })
  const sessions: readonly Session[] = await auth.sessions.list(userId)
  const ways: readonly ProviderUse[] = await auth.providers.list(userId)
  const isEnded: boolean = await auth.sessions.revoke(userId, sessions[0]?.id ?? "")
  const ended: number = await auth.sessions.revokeAll(userId)
  await auth.audit.record({
    type: "shop.order_placed",
    userId: found?.id,
    detail: { total: 12.5, gift: true, note: null },
  })
  return [`${ended} ${isEnded} ${following?.users.length}`, ...ways.map(({ provider, uses }) => `${provider} ${uses}`)]
}

export async function disable(userId: string): Promise<string> {
  const outcome = await auth.users.disable(userId)
  switch (outcome) {
    case "changed":
    case "unchanged":
      return "disabled"
    case "unknown_user":
      return "nobody"
    default:
      return outcome satisfies never
  }
}

export function explain(error: unknown): string {
  if (!(error instanceof LinklatchError)) throw error
  switch (error.code) {
    case "invalid_configuration":
      return error.faults.map(({ setting, problem, cure }) => `${setting}: ${problem} ${cure}`).join("\n")
    case "invalid_argument":
    case "store_unavailable":
    case "outlet_failed":
    case "journal_failed":
    case "closed":
      return error.message
    default:
      return error.code satisfies never
  }
}
