import { expect, it } from "vitest"
import { isSameOrigin, isSameOriginOrProgram } from "./same-origin.ts"

const OURS = "https://example.com"
const ask = (method: string, headers: Record<string, string>) =>
  isSameOrigin({ method, header: (name) => headers[name] ?? null }, OURS)

/** CSR-2: what Sec-Fetch-Site says, what Origin says, and whether the request is ours. */
const MATRIX: [site: string | null, origin: string | null, isOurs: boolean][] = [
  ["same-origin", OURS, true],
  ["same-origin", null, true],
  ["same-origin", "null", true],
  ["same-origin", "https://evil.example", false],
  ["same-origin", "https://app.example.com", false],
  ["same-origin", "http://example.com", false],
  ["same-site", OURS, false],
  ["same-site", null, false],
  ["same-site", "https://app.example.com", false],
  ["cross-site", OURS, false],
  ["cross-site", null, false],
  ["cross-site", "null", false],
  ["cross-site", "https://evil.example", false],
  ["none", OURS, false],
  ["none", null, false],
  ["none", "null", false],
  ["", OURS, false],
  ["Same-Origin", OURS, false],
  ["same-origin, cross-site", OURS, false],
  ["cross-site, same-origin", OURS, false],
  ["anything", OURS, false],
  [null, OURS, true],
  [null, null, false],
  [null, "null", false],
  [null, "", false],
  [null, "https://evil.example", false],
  [null, "https://app.example.com", false],
  [null, "https://example.com.evil.example", false],
  [null, "https://evilexample.com", false],
  [null, "https://example.com:8443", false],
  [null, "https://example.com/", false],
  [null, "https://EXAMPLE.com", false],
  [null, "http://example.com", false],
  [null, `${OURS}, https://evil.example`, false],
]

it.each(MATRIX)("with Sec-Fetch-Site %j and Origin %j, a POST is ours: %s", (site, origin, isOurs) => {
  const headers = { ...(site !== null && { "sec-fetch-site": site }), ...(origin !== null && { origin }) }
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"]) {
    expect(ask(method, headers), method).toBe(isOurs)
  }
})

it("lets everybody ask, as asking changes nothing (P2)", () => {
  for (const method of ["GET", "HEAD", "OPTIONS"]) {
    expect(ask(method, { "sec-fetch-site": "cross-site", origin: "https://evil.example" })).toBe(true)
    expect(ask(method, {})).toBe(true)
  }
})

it("doesn't take Referer for Origin", () => {
  expect(ask("POST", { referer: `${OURS}/auth/sign-in` })).toBe(false)
})

const call = (method: string, headers: Record<string, string>) =>
  isSameOriginOrProgram({ method, header: (name) => headers[name] ?? null }, OURS)

it.each(MATRIX)(
  "to the API, with Sec-Fetch-Site %j and Origin %j: as anywhere, once a browser has marked it (CSR-2)",
  (site, origin, isOurs) => {
    if (site === null && origin === null) return
    const headers = { ...(site !== null && { "sec-fetch-site": site }), ...(origin !== null && { origin }) }
    for (const method of ["POST", "DELETE"]) {
      expect(call(method, { ...headers, "content-type": "application/json" }), method).toBe(isOurs)
    }
  },
)

it("lets programs, which mark nothing, call the API in ways that no browser has across origins (CSR-2)", () => {
  expect(call("POST", { "content-type": "application/json" })).toBe(true)
  expect(call("POST", { "content-type": "application/json; charset=utf-8" })).toBe(true)
  expect(call("DELETE", {})).toBe(true)
  const forms = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "text/plain", ""]
  const nearly = ["text/plain; application/json", "application/jsonx", "application/json, text/plain", "text/json"]
  for (const type of [...forms, ...nearly]) expect(call("POST", { "content-type": type }), type).toBe(false)
  expect(call("POST", {})).toBe(false)
})
