import { RegExpRouter } from "hono/router/reg-exp-router"
import { LinklatchError } from "../core/fault.ts"
import type { Answer } from "./answer.ts"
import type { Incoming } from "./incoming.ts"
import { problemJson, respondProblem } from "./problems.ts"
import { redirect } from "./respond.ts"
import { logRoutes, type Route, routes } from "./routes.ts"
import { isSameOrigin, isSameOriginOrProgram } from "./same-origin.ts"
import { signInChallenge } from "./sign-in-challenge.ts"
import type { Site } from "./site.ts"
import { Visit } from "./visit.ts"

/** Answers a request for one of our routes, 404 for any other. Never rejects. */
export type Handler = (incoming: Incoming) => Promise<Answer>

export function createHandler(site: Site): Handler {
  const { path } = site.context.settings.audit
  const find = createFinder(path === null ? routes : [...routes, ...logRoutes(path)])
  return async (incoming) => {
    if (incoming.remoteAddress === undefined) {
      const cure = "Pass remoteAddress to auth.handler or auth.answer: without it all clients share one limit."
      site.warnOnce("remote_address_missing", { cure })
    }
    const visit = new Visit(site, incoming)
    return pass(find, visit).catch((error: unknown) => respondFault(visit, error))
  }
}

interface Found {
  readonly route: Route
  /** What stood in the place of `:token`, `:file`, `:id` or `:rest`. */
  readonly parameter: string
}

type Find = (method: string, path: string) => Found | null

function createFinder(all: readonly Route[]): Find {
  const router = new RegExpRouter<Route>()
  for (const route of all) router.add(route.method, route.path, route)
  return (method, path) => {
    const [matches, values] = router.match(method === "HEAD" ? "GET" : method, path)
    const [match] = matches
    if (match === undefined) return null
    const [route, names] = match
    const [place] = Object.values(names)
    return { route, parameter: place === undefined ? "" : ((values?.[Number(place)] ?? "") as string) }
  }
}

async function pass(find: Find, visit: Visit): Promise<Answer> {
  const { context } = visit.site
  const { method } = visit.incoming
  const found = find(method, visit.path)
  if (found === null) return refuseUnknown(find, visit)
  const { route, parameter } = found
  const isOurs = visit.isApi ? isSameOriginOrProgram : isSameOrigin
  if (!isOurs(visit.incoming, context.settings.origin)) {
    context.log.warn("cross_origin_refused", { method, path: route.path, ip: visit.client.ip })
    return respondProblem(visit, "cross_origin")
  }
  switch (route.guard) {
    case "public":
      return route.handle(visit, parameter)
    case "sameOrigin":
      return route.handle(visit)
    case "trustedProxy":
      return visit.isFromTrustedProxy ? route.handle(visit) : refuseStranger(visit)
    case "session":
    case "admin": {
      const signedIn = await visit.signedIn()
      if (signedIn === null) return askToSignIn(visit)
      const isAllowed = route.guard === "session" || context.settings.adminEmails.has(signedIn.user.email)
      return isAllowed ? route.handle(visit, signedIn, parameter) : respondProblem(visit, "forbidden")
    }
  }
}

function refuseStranger(visit: Visit): Promise<Answer> {
  const peer = visit.incoming.remoteAddress ?? "unknown"
  const cure = "If that is your proxy, add its address to TRUSTED_PROXIES (trustedProxies): others may not ask."
  visit.site.warnOnce("verify_refused", { peer, cure })
  return respondProblem(visit, "not_found")
}

// A cookie that stands for nobody is taken back, so that it isn't sent and checked for ever (SES-3).
function askToSignIn(visit: Visit): Answer {
  const { method, target } = visit.incoming
  const cookies = visit.hasSessionCookie ? [visit.site.cookies.clearSession()] : []
  if (visit.isApi) return problemJson(visit, "not_signed_in", { headers: signInChallenge, cookies })
  const next = method === "GET" ? `?next=${encodeURIComponent(target)}` : ""
  return redirect(visit, `/auth/sign-in${next}`, { cookies })
}

function refuseUnknown(find: Find, visit: Visit): Promise<Answer> {
  const methods = [...new Set(routes.map(({ method }) => method))].filter((method) => find(method, visit.path) !== null)
  if (methods.length === 0) return respondProblem(visit, "not_found")
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].join(", ")
  return respondProblem(visit, "method_not_allowed", { headers: { Allow: allow } })
}

// Fails closed: whoever can't be checked isn't let in, and keeps the cookie for when the store is back (ASVS 16.5.3).
function respondFault(visit: Visit, error: unknown): Promise<Answer> {
  visit.site.context.log.error("request_failed", { method: visit.incoming.method, error })
  if (!(error instanceof LinklatchError) || error.headers === undefined) return respondProblem(visit, "internal")
  return respondProblem(visit, "unavailable", { headers: error.headers })
}
