import { randomUUID } from "node:crypto"
import type { HttpBindings } from "@hono/node-server"
import { type Context, Hono } from "hono"
import type { Auth } from "../auth.ts"
import { createAddressFilter, createClientAddress } from "../http/client-address.ts"
import type { LateMetrics } from "./late-metrics.ts"
import type { ServerLog } from "./log.ts"
import type { MetricsGuard } from "./metrics-guard.ts"
import { sendToOwnAddress } from "./own-address.ts"
import { routePattern } from "./route-pattern.ts"

type App = Hono<{ Bindings: HttpBindings }>
type AppContext = Context<{ Bindings: HttpBindings }>

export interface AppParts {
  readonly auth: Auth
  readonly log: ServerLog
  readonly metrics: LateMetrics
  readonly mayReadMetrics: MetricsGuard
  readonly trustedProxies: readonly string[]
  /** Pages under /dev, and the address that the site goes by; in development only. */
  readonly development: { readonly pages: Hono; readonly baseUrl: string } | null
  readonly isStopping: () => boolean
}

const PLAIN_HEADERS = {
  "Content-Type": "text/plain; charset=utf-8",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
}
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** Everything that the server answers: its own few routes, and the library's. */
export function createApp(parts: AppParts): App {
  const app: App = new Hono()
  app.use(noteRequest(parts))
  if (parts.development !== null) app.use(sendToOwnAddress(parts.development.baseUrl))
  app.get("/healthz", (c) => c.body("ok\n", 200, PLAIN_HEADERS))
  app.get("/readyz", (c) => answerReady(c, parts))
  app.get("/metrics", (c) => answerMetrics(c, parts))
  app.get("/", (c) => c.redirect("/auth/account", 303))
  if (parts.development !== null) app.route("/dev", parts.development.pages)
  app.notFound((c) => answerAuth(c, parts))
  app.onError((error, c) => {
    // The last resort: one request fails, the rest go on (OPS-4).
    parts.log.error("request_failed", { error })
    return c.body("Something went wrong on our side. Please try again.\n", 500, PLAIN_HEADERS)
  })
  return app
}

function answerAuth(c: AppContext, { auth }: AppParts): Promise<Response> {
  const remoteAddress = peerOf(c)
  return auth.handler(c.req.raw, remoteAddress === undefined ? {} : { remoteAddress })
}

async function answerReady(c: AppContext, { auth, isStopping, log }: AppParts): Promise<Response> {
  if (isStopping()) return c.body("stopping\n", 503, { ...PLAIN_HEADERS, "Retry-After": "5" })
  try {
    await auth.ping()
  } catch (error) {
    log.error("not_ready", { error })
    return c.body("the store can't be reached\n", 503, { ...PLAIN_HEADERS, "Retry-After": "5" })
  }
  return c.body("ready\n", 200, PLAIN_HEADERS)
}

async function answerMetrics(c: AppContext, parts: AppParts): Promise<Response> {
  // To all others it is a page like any that doesn't exist.
  if (!parts.mayReadMetrics(peerOf(c), c.req.raw.headers)) return answerAuth(c, parts)
  const metrics = await parts.metrics.loaded()
  return c.body(await metrics.text(), 200, { ...PLAIN_HEADERS, "Content-Type": metrics.contentType })
}

/** One line of the access log and one count for each request. No query, no path of a stranger: they may hold a token (P12). */
function noteRequest({ log, metrics, trustedProxies, isStopping }: AppParts) {
  const clientAddress = createClientAddress(trustedProxies)
  const isTrustedProxy = createAddressFilter(trustedProxies)
  return async (c: AppContext, next: () => Promise<void>): Promise<void> => {
    const startedAt = performance.now()
    await next()
    // A connection that is kept would outlive the server.
    if (isStopping()) c.env.outgoing.setHeader("Connection", "close")
    const durationMs = performance.now() - startedAt
    const method = METHODS.has(c.req.method) ? c.req.method : "other"
    const route = routePattern(c.req.path)
    const { status } = c.res
    const peer = peerOf(c)
    metrics.countRequest({ method, route, status, durationMs })
    log.info("http_request", {
      method,
      route,
      status,
      ms: Math.round(durationMs * 100) / 100,
      client: clientAddress.read(peer, c.req.header("x-forwarded-for") ?? null),
      requestId: (isTrustedProxy(peer ?? null) && proxyRequestId(c)) || randomUUID(),
    })
  }
}

// So that a line here can be found beside the proxy's own.
function proxyRequestId(c: AppContext): string | null {
  const id = c.req.header("x-request-id")
  return id !== undefined && /^[\w.-]{1,64}$/.test(id) ? id : null
}

function peerOf(c: AppContext): string | undefined {
  return c.env.incoming.socket.remoteAddress
}
