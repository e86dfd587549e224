import type { SignedIn } from "../core/store.ts"
import type { Answer } from "./answer.ts"
import { askByJson } from "./api/ask.ts"
import { useCodeByJson } from "./api/code.ts"
import { useLinkByJson } from "./api/link.ts"
import { signOutByJson, tellSession } from "./api/session.ts"
import { endAllSessions, endSession, listSessions } from "./api/sessions.ts"
import { showAccount, signOutSessions } from "./routes/account.ts"
import { showAdmin } from "./routes/admin.ts"
import { ask, showSignIn } from "./routes/ask.ts"
import { sendAsset } from "./routes/asset.ts"
import { showCheckMail } from "./routes/check-mail.ts"
import { useCode } from "./routes/code.ts"
import { sendJwks } from "./routes/jwks.ts"
import { showLink, useLink } from "./routes/link.ts"
import { sendCheckpoint, sendTile } from "./routes/log.ts"
import { showSignOut, signOut } from "./routes/sign-out.ts"
import { verify } from "./routes/verify.ts"
import type { Visit } from "./visit.ts"

/**
 * Who may come in, and what the handler may rely on. A route without a guard doesn't compile.
 * - `public`: anybody, for methods that change nothing.
 * - `sameOrigin`: our own pages only (CSRF, login CSRF included), and under `/auth/api` programs that are no browser.
 * - `session`: signed in; for a POST or a DELETE the same holds.
 * - `admin`: the same, and an address of `adminEmails`.
 * - `trustedProxy`: the other end of the socket is in `trustedProxies`; to all others the page doesn't exist.
 */
export type Route = { readonly method: "GET" | "POST" | "DELETE"; readonly path: string } & (
  | { readonly guard: "public"; readonly method: "GET"; handle(visit: Visit, parameter: string): Promise<Answer> }
  | { readonly guard: "sameOrigin"; handle(visit: Visit): Promise<Answer> }
  | { readonly guard: "trustedProxy"; readonly method: "GET"; handle(visit: Visit): Promise<Answer> }
  | {
      readonly guard: "session" | "admin"
      handle(visit: Visit, signedIn: SignedIn, parameter: string): Promise<Answer>
    }
)

/** Those of a log that is served below `path`. */
export function logRoutes(path: string): readonly Route[] {
  return [
    { method: "GET", path: `${path}/checkpoint`, guard: "public", handle: sendCheckpoint },
    { method: "GET", path: `${path}/tile/:rest{.+}`, guard: "public", handle: sendTile },
  ]
}

export const routes: readonly Route[] = [
  { method: "GET", path: "/auth/sign-in", guard: "public", handle: showSignIn },
  { method: "POST", path: "/auth/sign-in", guard: "sameOrigin", handle: ask },
  { method: "GET", path: "/auth/check-mail", guard: "public", handle: showCheckMail },
  { method: "GET", path: "/auth/link/:token", guard: "public", handle: showLink },
  { method: "POST", path: "/auth/link", guard: "sameOrigin", handle: useLink },
  { method: "POST", path: "/auth/code", guard: "sameOrigin", handle: useCode },
  { method: "GET", path: "/auth/account", guard: "session", handle: showAccount },
  { method: "POST", path: "/auth/account/sign-out", guard: "session", handle: signOutSessions },
  { method: "GET", path: "/auth/sign-out", guard: "public", handle: showSignOut },
  { method: "POST", path: "/auth/sign-out", guard: "sameOrigin", handle: signOut },
  { method: "POST", path: "/auth/api/sign-in", guard: "sameOrigin", handle: askByJson },
  { method: "POST", path: "/auth/api/link", guard: "sameOrigin", handle: useLinkByJson },
  { method: "POST", path: "/auth/api/code", guard: "sameOrigin", handle: useCodeByJson },
  { method: "GET", path: "/auth/api/session", guard: "public", handle: tellSession },
  { method: "POST", path: "/auth/api/sign-out", guard: "sameOrigin", handle: signOutByJson },
  { method: "GET", path: "/auth/api/sessions", guard: "session", handle: listSessions },
  { method: "DELETE", path: "/auth/api/sessions", guard: "session", handle: endAllSessions },
  { method: "DELETE", path: "/auth/api/sessions/:id", guard: "session", handle: endSession },
  { method: "GET", path: "/auth/assets/:file", guard: "public", handle: sendAsset },
  { method: "GET", path: "/auth/verify", guard: "trustedProxy", handle: verify },
  { method: "GET", path: "/auth/jwks.json", guard: "public", handle: sendJwks },
  { method: "GET", path: "/admin", guard: "admin", handle: showAdmin },
]
