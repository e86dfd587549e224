import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ORIGIN } from "../app.ts"
import { ownApp } from "./own-app.ts"

const APP_ORIGIN = "https://app.example.com"
const PROXY = "10.0.0.7"
const guarded = () => ownApp({ trustedProxies: [PROXY], allowedOrigins: [APP_ORIGIN] })

const FORWARDED = ["x-forwarded-method", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri"]
const ORIGINAL = ["x-original-method", "x-original-url"]

// biome-ignore format: a table
const REFUSED: Record<string, string>[] = [
  { "x-forwarded-host": "evil.example", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "login.example.com.evil.example", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "login.example.com@evil.example", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": "@evil.example/" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": ".evil.example/" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": "//evil.example/" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": "/\\evil.example/" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": "/%2fevil.example/" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": "/a/..//evil.example/" },
  { "x-forwarded-host": "login.example.com, evil.example", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "", "x-forwarded-uri": "//evil.example/" },
  { "x-forwarded-host": "login.example.com:8443", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-proto": "javascript", "x-forwarded-uri": "/%0aalert(1)" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-proto": "https://evil.example/?", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "app.example.com:8443", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "app.example.com", "x-forwarded-proto": "http", "x-forwarded-uri": "/" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": "/auth/sign-out" },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": `/auth/link/${"A".repeat(43)}` },
  { "x-forwarded-host": "login.example.com", "x-forwarded-uri": `/?q=${"a".repeat(2_000)}` },
  { "x-original-url": "https://evil.example/" },
  { "x-original-url": "//evil.example/" },
  { "x-original-url": "https://login.example.com@evil.example/" },
  { "x-original-url": "https://login.example.com//evil.example/" },
  { "x-original-url": "javascript:alert(1)" },
  { "x-original-url": "data:text/html,x" },
  { "x-original-url": "/relative" },
  { "x-original-url": "" },
  {},
]

describe("the way back from the sign-in page", () => {
  it.each(REFUSED)("HDR-7 P7 is none at all for what leads away or nowhere: %j", async (headers) => {
    const response = await guarded().browser({ ip: PROXY }).get("/auth/verify", headers)
    expect(response.headers.get("location")).toBe(`${ORIGIN}/auth/sign-in`)
  })

  it.each([
    [{ "x-forwarded-host": "app.example.com", "x-forwarded-uri": "/a?b=c" }, `${APP_ORIGIN}/a?b=c`],
    [{ "x-original-url": "https://app.example.com/a?b=c" }, `${APP_ORIGIN}/a?b=c`],
    [{ "x-forwarded-host": "LOGIN.example.com:443", "x-forwarded-uri": "/a/../b" }, "/b"],
    // Caddy and Traefik write the one, and pass on whatever a client wrote as the other.
    [
      { "x-forwarded-host": "login.example.com", "x-forwarded-uri": "/a", "x-original-url": "https://evil.example/" },
      "/a",
    ],
  ])("HDR-7 P7 is an allowed page where the proxy names one: %j", async (headers, next) => {
    const response = await guarded().browser({ ip: PROXY }).get("/auth/verify", headers)
    const location = new URL(response.headers.get("location") ?? "")
    expect([location.origin, location.pathname, location.searchParams.get("next")]).toEqual([
      ORIGIN,
      "/auth/sign-in",
      next,
    ])
  })

  it("HDR-7 P7 begins at our own sign-in page and ends on an allowed origin, whatever a proxy passes on", async () => {
    const app = guarded()
    const piece = fc.constantFrom(
      ..."/ // \\ : @ . .. ; ? # % & = , %2f %5c %09 https:// http:// javascript: POST GET evil.example login.example.com app.example.com".split(
        " ",
      ),
      " ",
      "a",
      "\u00e4",
      "\u0085",
    )
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""))
    const names = fc.constantFrom(...FORWARDED, ...ORIGINAL, "referer", "host", "forwarded", "x-forwarded-prefix")
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, text, { maxKeys: 6 }), async (headers) => {
        const response = await app.browser({ ip: PROXY }).get("/auth/verify", headers)
        expect([302, 303, 401]).toContain(response.status)
        const location = response.headers.get("location") ?? ""
        expect(location).toMatch(/^https:\/\/login\.example\.com\/auth\/sign-in(?:\?next=[!-~]+)?$/)
        const next = new URL(location).searchParams.get("next")
        if (next !== null) seen.add(new URL(next, `${ORIGIN}/auth/sign-in`).origin)
      }),
      { numRuns: 2_000 },
    )
    expect([...seen].sort()).toEqual([APP_ORIGIN, ORIGIN])
  })

  it("HDR-7 P7 can't be chosen by somebody who isn't a trusted proxy", async () => {
    const headers = { "x-forwarded-host": "login.example.com", "x-forwarded-uri": "/a", "x-forwarded-for": PROXY }
    const response = await guarded().browser({ ip: "192.0.2.1" }).get("/auth/verify", headers)
    expect([response.status, response.headers.get("location")]).toEqual([404, null])
  })
})
