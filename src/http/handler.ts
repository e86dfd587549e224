import { Hono } from "hono"
import { LinklatchError } from "../core/fault.ts"
import { respondProblem } from "./problems.ts"
import { redirect } from "./respond.ts"
import { type Route, routes } from "./routes.ts"
import { isSameOrigin } from "./same-origin.ts"
import type { Site } from "./site.ts"
import { Visit } from "./visit.ts"

/** Answers a request that came over a connection from `remoteAddress`. Never rejects. */
export type Handler = (request: Request, remoteAddress: string | undefined) => Promise<Response>

type Env = { Bindings: { visit: Visit } }

const RETRY_AFTER_SECONDS = "5"

export function createHandler(site: Site): Handler {
  const app = new Hono<Env>()
  for (const route of routes) {
    app.on(route.method, route.path, (c) => {
      const { visit } = c.env
      return pass(route, visit, c.req.param("token") ?? c.req.param("file") ?? "")
    })
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(path, (c) => refuseMethod(c.env.visit, path))
  }
  app.notFound((c) => respondProblem(c.env.visit, "not_found"))
  app.onError((error, c) => respondFault(c.env.visit, error))
  let isWarned = false
  return async (request, remoteAddress) => {
    if (remoteAddress === undefined && !isWarned) {
      isWarned = true
      const cure = "Pass { remoteAddress } to auth.handler: without it all clients share one limit."
      site.context.log.warn("remote_address_missing", { cure })
    }
    const visit = new Visit(site, request, remoteAddress)
    try {
      return await app.fetch(request, { visit })
    } catch (error) {
      return respondFault(visit, error)
    }
  }
}

async function pass(route: Route, visit: Visit, parameter: string): Promise<Response> {
  const { settings } = visit.site.context
  const { headers, method } = visit.request
  if (!isSameOrigin(headers, method, settings.origin)) {
    visit.site.context.log.warn("cross_origin_refused", { method, path: route.path, ip: visit.client.ip })
    return respondProblem(visit, "cross_origin")
  }
  switch (route.guard) {
    case "public":
      return route.handle(visit, parameter)
    case "sameOrigin":
      return route.handle(visit)
    case "session":
    case "admin": {
      const signedIn = await visit.signedIn()
      if (signedIn === null) return askToSignIn(visit)
      const isAllowed = route.guard === "session" || settings.adminEmails.has(signedIn.user.email)
      return isAllowed ? route.handle(visit, signedIn) : respondProblem(visit, "forbidden")
    }
  }
}

// A cookie that stands for nobody is taken back, so that it isn't sent and checked for ever (SES-3).
function askToSignIn(visit: Visit): Response {
  const { pathname, search } = new URL(visit.request.url)
  const next = visit.request.method === "GET" ? `?next=${encodeURIComponent(pathname + search)}` : ""
  const cookies = visit.hasSessionCookie ? [visit.site.cookies.clearSession()] : []
  return redirect(visit, `/auth/sign-in${next}`, { cookies })
}

function refuseMethod(visit: Visit, path: string): Promise<Response> {
  const methods = routes.filter((route) => route.path === path).map(({ method }) => method)
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].join(", ")
  return respondProblem(visit, "method_not_allowed", { headers: { Allow: allow } })
}

// Fails closed: whoever can't be checked isn't let in, and keeps the cookie for when the store is back (ASVS 16.5.3).
function respondFault(visit: Visit, error: unknown): Promise<Response> {
  const isUnavailable =
    error instanceof LinklatchError && (error.code === "store_unavailable" || error.code === "closed")
  visit.site.context.log.error("request_failed", { method: visit.request.method, error })
  if (!isUnavailable) return respondProblem(visit, "internal")
  return respondProblem(visit, "unavailable", { headers: { "Retry-After": RETRY_AFTER_SECONDS } })
}
