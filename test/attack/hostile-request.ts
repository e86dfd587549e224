import fc from "fast-check"
import { routes } from "../../src/http/routes.ts"
import { anyText } from "../any-text.ts"
import { ORIGIN } from "../app.ts"

/** What our own page sends with a form. */
export const ownForm = {
  "content-type": "application/x-www-form-urlencoded",
  "sec-fetch-site": "same-origin",
  origin: ORIGIN,
}

/** What a script of our own page sends with JSON. */
export const ownJson = { ...ownForm, "content-type": "application/json" }

const latin = fc
  .string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) })
  .map((text) => text.replace(/[\r\n]/g, ""))
const hostileText = fc.oneof(
  latin,
  fc.constantFrom(
    "%",
    "%00",
    "%E0%A4%A",
    "Bearer %",
    "Bearer ",
    "\u00ff",
    "null",
    "undefined",
    "__proto__",
    "constructor",
    "[object Object]",
    "-1",
    "1e999",
    "'--",
    "../..",
    ";",
    "=",
    ",",
    '"',
    "NaN",
    "a".repeat(5_000),
  ),
)
// biome-ignore format: a table
const headerName = fc.constantFrom(
  "cookie", "authorization", "accept", "accept-language", "accept-encoding", "user-agent", "origin", "sec-fetch-site",
  "sec-fetch-mode", "referer", "host", "content-type", "content-encoding", "content-length", "x-forwarded-for",
  "x-forwarded-host", "forwarded", "range", "if-none-match", "if-modified-since", "expect", "te", "upgrade",
  "connection", "transfer-encoding", "x-http-method-override", "purpose", "dnt", "x-a",
)
const ourCookie = fc
  .tuple(
    fc.constantFrom(
      "__Host-linklatch_session",
      "__Host-linklatch_flow",
      "__Host-linklatch_known",
      "linklatch_session",
      "a",
    ),
    hostileText,
  )
  .map(([name, text]) => `${name}=${text}`)
const cookies = fc.array(ourCookie, { maxLength: 4 }).map((list) => list.join("; "))
const headers = fc
  .tuple(fc.constantFrom(null, ownForm, ownJson), fc.dictionary(headerName, hostileText, { maxKeys: 5 }), cookies)
  .map(([own, some, cookie]) => ({ ...own, cookie, ...some }))
const escaped = anyText.map((text) => encodeURIComponent(text.toWellFormed()))
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...new Set(routes.map((route) => route.path))) },
  fc
    .tuple(fc.constantFrom(...routes.map((route) => route.path)), hostileText)
    .map(([start, text]) => `${start.replace(/:.*/, "")}${encodeURIComponent(text.toWellFormed())}`),
  fc.array(escaped, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`),
  hostileText.map((text) => `/${text}`),
)
const query = fc.oneof(
  fc.constant(""),
  fc.array(escaped, { maxLength: 4 }).map((parts) => `?${parts.join("&")}`),
  hostileText.map((text) => `?next=${text}&signed-out=${text}`),
)
const method = fc.oneof(
  fc.constantFrom("GET", "POST", "POST", "HEAD"),
  fc.constantFrom("PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "LINK", "get", "Post", "X"),
)
const field = fc.constantFrom(
  "email",
  "next",
  "token",
  "match",
  "code",
  "session",
  "__proto__",
  "constructor",
  "toString",
  "email[]",
  "email.a",
  "",
)
const value = fc.oneof(
  hostileText,
  fc.emailAddress(),
  fc.constantFrom("123456", "12", "all", "A".repeat(43), "a@b.example"),
)
const form = fc
  .array(fc.tuple(field, value), { maxLength: 5 })
  .map((pairs) => pairs.map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`).join("&"))
const json = fc.oneof(
  fc.dictionary(field, fc.oneof({ weight: 4, arbitrary: value }, fc.jsonValue()), { maxKeys: 3 }),
  fc.dictionary(fc.constantFrom("email", "token", "code"), value, { minKeys: 1, maxKeys: 1 }),
)
const body = fc.oneof(
  { weight: 3, arbitrary: form },
  { weight: 3, arbitrary: json.map((fields) => JSON.stringify(fields)) },
  hostileText,
  fc.json(),
  fc.uint8Array({ maxLength: 200 }),
  fc.constant("x=".repeat(5_000)),
)
/** Any request that can be written down, ours and far from ours. `ip`: what the server says about the peer. */
export const hostileRequest = fc.record({
  method,
  path,
  query,
  headers,
  body,
  ip: fc.oneof(fc.ipV4(), fc.ipV6(), hostileText, fc.constant(undefined)),
})

export type HostileRequest = typeof hostileRequest extends fc.Arbitrary<infer Value> ? Value : never

/** The request itself, as far as one can be made of it. */
export function buildRequest({
  method: name,
  path: where,
  query: asked,
  headers: sent,
  body: content,
}: HostileRequest): Request {
  const hasBody = !["GET", "HEAD", "get"].includes(name)
  // Where a URL can't be made of it, a server would never have got so far.
  const url = URL.parse(`${ORIGIN}${where}${asked}`) ?? `${ORIGIN}/`
  return new Request(url, { method: name, headers: sent, ...(hasBody && { body: content as BodyInit }) })
}
