/** What a response of ours may leave out, because of what it is. */
export interface ResponseKind {
  /** A stylesheet or a script: the same for everybody, so it may be kept. */
  readonly isAsset?: boolean
  /** An answer of the JSON API: no document, so it needs no rules for one. */
  readonly isApi?: boolean
  /** Public keys: the same for everybody too, but they change. */
  readonly isPublic?: boolean
  /** Where it carries a token in its address. */
  readonly hasTokenInUrl?: boolean
  /** Origins beside our own that a form's answer may lead to. */
  readonly allowedOrigins?: readonly string[]
}

const COOKIE_SHAPE =
  /^__Host-linklatch_(?:session|flow|known)=[A-Za-z0-9._-]*; Max-Age=(\d+); Path=\/; HttpOnly; SameSite=(?:Lax|Strict); Secure$/
const MAX_COOKIE_LENGTH = 4_096
const MAX_AGE_SECONDS = 400 * 86_400
const YEAR_SECONDS = 31_536_000
const PAGE_TYPE = /^(?:text\/(?:html|css|javascript); charset=utf-8|application\/(?:problem|jwk-set)\+json)$/
const API_TYPE = /^application\/(?:problem\+)?json$/
const BANNERS = ["server", "x-powered-by", "via", "x-aspnet-version"]

/** Everything that is wrong with the headers of a response from an https site (HDR-1 to HDR-5, COO-1, COO-4, COO-5, CSR-5, CSR-6). */
export function findResponseFaults(response: Response, kind: ResponseKind = {}): readonly string[] {
  const rules = [...fixedRules(response, kind), ...policyRules(response, kind), ...cookieRules(response)]
  return rules.filter(([isKept]) => !isKept).map(([, rule]) => rule)
}

type Rule = readonly [isKept: boolean, rule: string]

function fixedRules(
  { status, headers, body }: Response,
  { isAsset = false, isApi = false, isPublic = false, hasTokenInUrl = false }: ResponseKind,
): Rule[] {
  const is = (name: string, value: string): Rule => [headers.get(name) === value, `${name}: ${headers.get(name)}`]
  const vary = (headers.get("vary") ?? "").split(", ")
  const type = headers.get("content-type") ?? ""
  const isTyped = (isApi ? API_TYPE : PAGE_TYPE).test(type)
  const kept = isPublic ? "public, max-age=300" : isAsset ? "public, max-age=31536000, immutable" : "no-store"
  return [
    is("x-content-type-options", "nosniff"),
    ...(isApi ? [] : [is("x-frame-options", "DENY"), is("cross-origin-opener-policy", "same-origin")]),
    is("cross-origin-resource-policy", "same-origin"),
    hasTokenInUrl
      ? is("referrer-policy", "no-referrer")
      : [/^(?:same-origin|no-referrer)$/.test(headers.get("referrer-policy") ?? ""), "referrer-policy"],
    is("cache-control", kept),
    [
      isAsset || isPublic || ["Cookie", "Sec-Fetch-Site", "Origin"].every((name) => vary.includes(name)),
      `vary: ${vary}`,
    ],
    [body === null || status === 303 || isTyped, `content-type: ${type}`],
    ...BANNERS.map((name): Rule => [!headers.has(name), name]),
    ...[...headers.keys()].map((name): Rule => [!name.startsWith("access-control-"), name]),
  ]
}

function policyRules({ headers }: Response, { allowedOrigins = [], isApi = false }: ResponseKind): Rule[] {
  const [, age, subdomains] =
    /^max-age=(\d+)(; includeSubDomains)?$/.exec(headers.get("strict-transport-security") ?? "") ?? []
  const transport: Rule = [Number(age) >= YEAR_SECONDS && subdomains !== undefined, "strict-transport-security"]
  if (isApi) {
    const policy = headers.get("content-security-policy")
    return [transport, [policy === "default-src 'none'; frame-ancestors 'none'", `content-security-policy: ${policy}`]]
  }
  const unused = (headers.get("permissions-policy") ?? "").split(", ")
  const policy = new Map(
    (headers.get("content-security-policy") ?? "")
      .split("; ")
      .map((text) => [text.split(" ", 1)[0], text.slice(text.indexOf(" ") + 1)]),
  )
  const none = ["default-src", "base-uri", "object-src", "frame-ancestors"]
  const harmless = ["'none'", "'self'", "data:", ...allowedOrigins]
  return [
    transport,
    [
      ["camera=()", "geolocation=()", "microphone=()"].every((feature) => unused.includes(feature)),
      "permissions-policy",
    ],
    ...none.map((directive): Rule => [policy.get(directive) === "'none'", `content-security-policy: ${directive}`]),
    [policy.get("form-action") === ["'self'", ...allowedOrigins].join(" "), "content-security-policy: form-action"],
    ...[...policy.values()]
      .flatMap((list) => list.split(" "))
      .map((source): Rule => [harmless.includes(source), `content-security-policy: ${source}`]),
    [!policy.get("script-src")?.includes("data:"), "content-security-policy: script-src"],
  ]
}

function cookieRules({ headers }: Response): Rule[] {
  return headers.getSetCookie().flatMap((cookie): Rule[] => {
    const pair = cookie.split(";", 1)[0] ?? ""
    const maxAge = Number(COOKIE_SHAPE.exec(cookie)?.[1])
    return [
      [COOKIE_SHAPE.test(cookie), `set-cookie: ${cookie}`],
      [pair.length <= MAX_COOKIE_LENGTH && maxAge <= MAX_AGE_SECONDS, `set-cookie is too much: ${cookie}`],
      // Taken back, a cookie must be gone at once; given, it must live (RFC 6265bis §5.7).
      [pair.endsWith("=") === (maxAge === 0), `set-cookie says two things: ${cookie}`],
    ]
  })
}
