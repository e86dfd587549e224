import { randomUUID } from "node:crypto"
import type { Auth } from "../auth.ts"
import type { Answer } from "../http/answer.ts"
import { createClientAddress } from "../http/client-address.ts"
import type { Incoming } from "../http/incoming.ts"
import { pathOf } from "../http/path-of.ts"
import type { AnswerIncoming } from "./http-server.ts"
import type { LateMetrics } from "./late-metrics.ts"
import type { ServerLog } from "./log.ts"
import type { MetricsGuard } from "./metrics-guard.ts"
import { routePattern } from "./route-pattern.ts"

/** Answers what is its own, and leaves the rest: null. */
export type Pages = (incoming: Incoming) => Answer | null

export interface AppParts {
  readonly auth: Auth
  readonly log: ServerLog
  readonly metrics: LateMetrics
  readonly mayReadMetrics: MetricsGuard
  readonly trustedProxies: readonly string[]
  /** The development server's own pages, asked first; none in production. */
  readonly developmentPages: readonly Pages[]
  readonly isStopping: () => boolean
}

const PLAIN_HEADERS = {
  "Content-Type": "text/plain; charset=utf-8",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
}
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** Everything that the server answers: its own few routes, and the library's. */
export function createApp(parts: AppParts): AnswerIncoming {
  const note = createNote(parts)
  return async (incoming) => {
    const startedAt = performance.now()
    const answer = await answerIncoming(parts, incoming).catch((error: unknown) => lastResort(parts, error))
    note(incoming, answer.status, performance.now() - startedAt)
    // A connection that is kept would outlive the server.
    return parts.isStopping() ? { ...answer, headers: { ...answer.headers, Connection: "close" } } : answer
  }
}

async function answerIncoming(parts: AppParts, incoming: Incoming): Promise<Answer> {
  for (const pages of parts.developmentPages) {
    const answer = pages(incoming)
    if (answer !== null) return answer
  }
  const isRead = incoming.method === "GET" || incoming.method === "HEAD"
  const own = isRead ? OWN_ROUTES.get(pathOf(incoming)) : undefined
  return own === undefined ? parts.auth.answer(incoming) : own(parts, incoming)
}

type OwnRoute = (parts: AppParts, incoming: Incoming) => Answer | Promise<Answer>

const OWN_ROUTES: ReadonlyMap<string, OwnRoute> = new Map<string, OwnRoute>([
  ["/", () => ({ status: 303, headers: { Location: "/auth/account" }, body: null })],
  ["/healthz", () => plain(200, "ok\n")],
  ["/readyz", answerReady],
  ["/metrics", answerMetrics],
])

async function answerReady({ auth, isStopping, log }: AppParts): Promise<Answer> {
  if (isStopping()) return plain(503, "stopping\n", { "Retry-After": "5" })
  try {
    await auth.ping()
  } catch (error) {
    log.error("not_ready", { error })
    return plain(503, "the store can't be reached\n", { "Retry-After": "5" })
  }
  return plain(200, "ready\n")
}

async function answerMetrics(parts: AppParts, incoming: Incoming): Promise<Answer> {
  // To all others it is a page like any that doesn't exist.
  if (!parts.mayReadMetrics(incoming)) return parts.auth.answer(incoming)
  const metrics = await parts.metrics.loaded()
  return plain(200, await metrics.text(), { "Content-Type": metrics.contentType })
}

// One request fails, the rest go on (OPS-4).
function lastResort({ log }: AppParts, error: unknown): Answer {
  log.error("request_failed", { error })
  return plain(500, "Something went wrong on our side. Please try again.\n")
}

function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { ...PLAIN_HEADERS, ...headers }, body }
}

/** One line of the access log and one count for each request. No query, no path of a stranger: they may hold a token (P12). */
function createNote({ log, metrics, trustedProxies }: AppParts) {
  const clientAddress = createClientAddress(trustedProxies)
  return (incoming: Incoming, status: number, durationMs: number): void => {
    const method = METHODS.has(incoming.method) ? incoming.method : "other"
    const route = routePattern(pathOf(incoming))
    const { remoteAddress: peer } = incoming
    metrics.countRequest({ method, route, status, durationMs })
    // The proxy that asked writes a line of its own about each request that it holds.
    const level = route === "/auth/verify" && status === 200 ? "debug" : "info"
    log[level]("http_request", {
      method,
      route,
      status,
      ms: Math.round(durationMs * 100) / 100,
      client: clientAddress.read(peer, incoming.header("x-forwarded-for")),
      requestId: (clientAddress.isTrustedProxy(peer) && proxyRequestId(incoming)) || randomUUID(),
    })
  }
}

// So that a line here can be found beside the proxy's own.
function proxyRequestId(incoming: Incoming): string | null {
  const id = incoming.header("x-request-id")
  return id !== null && /^[\w.-]{1,64}$/.test(id) ? id : null
}
