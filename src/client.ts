/**
 * Signs people in from pages of your own. No dependencies: it runs in browsers as it is, and wherever there is `fetch`.
 *
 * ```ts
 * import { createClient } from "linklatch/client"
 *
 * const auth = createClient()
 * const { data, error } = await auth.signIn.email({ email, next: "/orders" })
 * if (error) show(error.detail)
 * else show(`Look into your mail. If you open its link elsewhere, it asks for ${data.matchNumber}.`)
 * ```
 *
 * In browsers it stands on the cookies of the page's own origin, and there is nothing to keep. A server that asks on behalf of
 * a visitor hands their cookie on: `createClient({ baseUrl, headers: { cookie } })`, a new client for each visitor.
 */
import type { ProblemCode } from "./core/problem-code.ts"
import type {
  ApiSession,
  ApiUser,
  PendingSignIn,
  ProblemAnswer,
  SessionAnswer,
  SessionsAnswer,
  SignedInAnswer,
} from "./http/api/answers.ts"

export type {
  ApiSession as Session,
  ApiUser as User,
  PendingSignIn,
  ProblemCode,
  SessionAnswer,
  SessionsAnswer,
  SignedInAnswer,
}

export interface ClientOptions {
  /** Where Linklatch is reached, as `https://example.com`. Default: the page's own origin, the only one that a browser may call. */
  readonly baseUrl?: string | undefined
  /** Instead of the global `fetch`: one that keeps cookies, or that belongs to a framework. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** What every method resolves to; exactly one of the two is null. None ever rejects. */
export type Result<Data> =
  | { readonly data: Data; readonly error: null }
  | { readonly data: null; readonly error: ClientError }

/** Why it did not work. Match on `code`; `detail` is a sentence for people, in the language that their browser asks for. */
export type ClientError = {
  readonly detail: string
  /** Of the answer; 0 where none came. */
  readonly status: number
} & (
  | { readonly code: "wrong_code"; readonly triesLeft: number }
  | { readonly code: "wrong_browser"; readonly matchTriesLeft: number }
  | { readonly code: "rate_limited" | "unavailable"; readonly retryAfterSeconds: number }
  /** `network_error`: nothing came back. `bad_response`: something came, but not from Linklatch. */
  | { readonly code: Exclude<ProblemCode, CodeWithMore> | "network_error" | "bad_response" }
)

type CodeWithMore = "wrong_code" | "wrong_browser" | "rate_limited" | "unavailable"

export interface Client {
  readonly signIn: {
    /** Asks for a link and a code. The answer is the same for every address. */
    email(ask: { readonly email: string; readonly next?: string | null | undefined }): Promise<Result<PendingSignIn>>
    /** Signs in with the six digits of the mail, in the browser that asked. */
    code(use: { readonly code: string }): Promise<Result<SignedInAnswer>>
    /** Signs in with a link: `token` is the last segment of its path. Any other browser needs `match`, the two digits shown where it was asked for. */
    link(use: { readonly token: string; readonly match?: string | null | undefined }): Promise<Result<SignedInAnswer>>
  }
  /** Who is signed in. Nobody is no error: `user` and `session` are null. */
  session(): Promise<Result<SessionAnswer>>
  signOut(): Promise<Result<true>>
  readonly sessions: {
    /** Where the person is signed in, newest first. */
    list(): Promise<Result<SessionsAnswer>>
    /** Ends one of them, by its id. */
    revoke(id: string): Promise<Result<true>>
    /** Ends all, this one too. */
    revokeAll(): Promise<Result<true>>
  }
}

export function createClient(options: ClientOptions = {}): Client {
  // Called through its owner: browsers refuse a `fetch` that was taken off the window.
  const { baseUrl = "", fetch = (url, init) => globalThis.fetch(url, init), headers = {} } = options
  const base = `${baseUrl.replace(/\/+$/, "")}/auth/api/`
  const send = async <Data>(
    method: string,
    path: readonly string[],
    isAnswer: IsAnswer,
    body?: object,
  ): Promise<Result<Data>> => {
    try {
      // Written down in here too: an id may hold what no address can.
      const url = base + path.map(encodeURIComponent).join("/")
      // The type says to the server that no form of another site has sent this (decisions/027).
      const json = body && {
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
      }
      const response = await fetch(url, { method, headers, ...json })
      return readAnswer(response, await response.text(), isAnswer)
    } catch {
      return { data: null, error: { code: "network_error", detail: "The server can't be reached.", status: 0 } }
    }
  }
  return {
    signIn: {
      email: (ask) => send("POST", ["sign-in"], isPending, ask),
      code: (use) => send("POST", ["code"], isSignedIn, use),
      link: (use) => send("POST", ["link"], isSignedIn, use),
    },
    session: () => send("GET", ["session"], isSession),
    signOut: () => send("POST", ["sign-out"], isNothing, {}),
    sessions: {
      list: () => send("GET", ["sessions"], isList),
      revoke: (id) => send("DELETE", ["sessions", id], isNothing),
      revokeAll: () => send("DELETE", ["sessions"], isNothing),
    },
  }
}

/** Whether an answer is the one that was asked for: somebody else's `{}` must not pass for a person who is signed in. */
type IsAnswer = (body: Readonly<Record<string, unknown>> | true) => boolean

const isNothing: IsAnswer = (body) => body === true
const isPending: IsAnswer = (body) => body !== true && typeof body["matchNumber"] === "number"
const isSignedIn: IsAnswer = (body) => body !== true && isObject(body["user"]) && isObject(body["session"])
const isNobody: IsAnswer = (body) => body !== true && body["user"] === null && body["session"] === null
const isSession: IsAnswer = (body) => isSignedIn(body) || isNobody(body)
const isList: IsAnswer = (body) => body !== true && Array.isArray(body["sessions"])

function readAnswer<Data>(response: Response, text: string, isAnswer: IsAnswer): Result<Data> {
  const { ok, status, headers } = response
  // 204: done, and nothing to say.
  const body = status === 204 ? true : parse(headers.get("content-type"), text)
  if (ok && body !== null && isAnswer(body)) return { data: body as Data, error: null }
  const problem = ok ? null : (body as ProblemAnswer | null)
  if (typeof problem?.code === "string" && typeof problem.detail === "string")
    return { data: null, error: readProblem(problem, status, headers) }
  return { data: null, error: { code: "bad_response", detail: "The answer can't be read.", status } }
}

// A page of a proxy, or of an application that `/auth` isn't mounted in, is neither an answer nor a problem of ours.
function parse(type: string | null, text: string): Readonly<Record<string, unknown>> | null {
  if (!/^application\/(problem\+)?json/.test(type ?? "")) return null
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
}

function readProblem(problem: ProblemAnswer, status: number, headers: Headers): ClientError {
  const { code, detail, triesLeft, matchTriesLeft } = problem
  const counts = { ...(code === "wrong_code" && { triesLeft }), ...(code === "wrong_browser" && { matchTriesLeft }) }
  const isForNow = code === "rate_limited" || code === "unavailable"
  const wait = isForNow && { retryAfterSeconds: readSeconds(headers.get("retry-after")) }
  return { code, detail, status, ...counts, ...wait } as ClientError
}

// A proxy may write a date there, or what a timer would take for no time at all.
function readSeconds(text: string | null): number {
  return /^\d{1,9}$/.test(text ?? "") ? Number(text) : 0
}
