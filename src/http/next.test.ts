import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { safeNext } from "./next.ts"

const OURS = "https://example.com"
const APP = "https://app.example.com"
const next = (raw: string | null | undefined) => safeNext(raw, OURS, [APP, "http://localhost:3000"])

// biome-ignore format: one family a line
/** HDR-7: ways to lead somebody else's browser off our site, or onto a page of ours that acts. */
const REFUSED: string[] = [
  // Nothing, and nothing absolute.
  "", " ", "account", "./account", "../account", "?next=1", "#top", ".", "..", "~", "example.com", "example.com/account", "evil.example",
  // Two slashes are a host.
  "//", "///", "////", "//evil.example", "///evil.example", "////evil.example/%2e%2e", "//evil.example:443/", "//evil.example/..", "//example.com", "//example.com@evil.example",
  "//%65vil.example", "//1.1.1.1", "//[::1]/", "//0x7f000001", "//2130706433", "//evil。example", "//ｅvil.example", "//e", "//\u0000evil.example", "// evil.example", "//./evil.example",
  // So is a slash and a backslash, in any mixture.
  "\\", "\\\\evil.example", "/\\evil.example", "\\/evil.example", "\\/\\/evil.example", "/\\/evil.example", "/\\\\evil.example", "\\evil.example", "/a\\b", "/a/..\\evil.example", "https:\\\\evil.example", "https:/\\evil.example", "https://example.com\\@evil.example", "https://app.example.com\\.evil.example",
  // Browsers drop tabs and line breaks before they look.
  "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "/\r\n/evil.example", "\t//evil.example", "\n//evil.example", "/\t\\evil.example", "java\tscript:alert(1)", "java\nscript:alert(1)", "ht\ttps://evil.example", "https:\n//evil.example", "/a\r\nSet-Cookie: a=b", "/a\u0000", "/\u0000/evil.example", "/\u000b/evil.example", "/\u000c/evil.example", "/\u007f/evil.example", "/\u0085/evil.example", "/a\u001f",
  // And white space in front.
  " //evil.example", "  https://evil.example", "\u00a0//evil.example", "\u3000//evil.example", "\ufeff//evil.example", "\u2028//evil.example", " /account", "\u200b/account",
  // Schemes.
  "javascript:alert(1)", "JavaScript:alert(1)", "javascript://example.com/%0aalert(1)", "javascript:/account", "data:text/html,<script>alert(1)</script>", "data:,", "vbscript:msgbox(1)", "blob:https://example.com/1", "filesystem:https://example.com/a", "file:///etc/passwd", "ftp://example.com/", "ws://example.com/", "wss://example.com/", "about:blank", "mailto:a@example.com", "view-source:https://example.com", "x-app://open", "intent://evil.example#Intent;end", ":", "://evil.example", "://", "x:",
  // A scheme without its slashes, or with too many.
  "https:", "https:/", "https://", "https:///", "https:evil.example", "https:/evil.example", "https:///evil.example", "https:////evil.example", "http:evil.example", "https:account", "https:/account", "https:?a", "https:#a", "https://?a", "https://#a", "https://:443/",
  // Other hosts, however alike.
  "https://evil.example", "http://evil.example/", "HTTPS://EVIL.EXAMPLE", "https://evil.example/https://example.com/", "https://evil.example?https://example.com", "https://evil.example#example.com", "https://example.com.evil.example", "https://example.comevil.example", "https://evilexample.com", "https://example.com.", "https://example.co", "https://example", "https://xexample.com", "https://sub.example.com", "https://evil.app.example.com", "https://app.example.com.evil.example", "https://example.com%2eevil.example", "https://example.com%00.evil.example", "https://example.com%23.evil.example", "https://exаmple.com", "https://xn--exmple-4nf.com",
  // Other schemes and ports of the right host.
  "http://example.com", "http://example.com:443/", "https://example.com:444", "https://example.com:80", "http://app.example.com", "https://app.example.com:8443", "http://localhost", "http://localhost:3001", "https://localhost:3000", "https://example.com:99999", "https://example.com:a", "http://127.0.0.1:3000",
  // User names that read like hosts.
  "https://example.com@evil.example", "https://example.com:443@evil.example", "https://@example.com/", "https://:@example.com/", "https://ada@example.com/", "https://ada:secret@app.example.com/", "https://evil.example@example.com/", "https://evil.example%40example.com", "https://example.com%40evil.example", "https://@app.example.com", "https://a@b@example.com",
  // Dots that leave two slashes behind.
  "/..;//evil.example", "/a/..;x=1//evil.example", "/.;//evil.example", "/..;/auth/link/x", "/auth/check-mail", "/auth/check-mail?a=b", "/auth/%63heck-mail", "/auth/code", "/auth/linked", "/AUTH/code", "/.//evil.example", "/..//evil.example", "/a/..//evil.example", "/a/../..//evil.example", "/././/evil.example", "/%2e//evil.example", "/%2E%2E//evil.example", "/a/%2e%2e//evil.example", "https://example.com//evil.example", "https://example.com/.//evil.example", "https://app.example.com//evil.example",
  // The same, encoded once and more often.
  "/%2fevil.example", "/%2Fevil.example", "/%2f%2fevil.example", "/%5cevil.example", "/%5Cevil.example", "/%5c%5cevil.example", "/%252fevil.example", "/%25%32%66evil.example", "/%25252fevil.example", "/%255cevil.example", "/.%2f%2fevil.example", "/..%2f%2fevil.example", "/a%2f..%2f%2fevil.example", "/%2e%2f%2fevil.example", "/%252e%252f%252fevil.example", "/%09/evil.example", "/%0a/evil.example", "/%0d%0aSet-Cookie:%20a=b", "/%250d%250aSet-Cookie:a", "/%00/evil.example", "/%2f.", "/%2f..", "/.%2f%2f.", "/%5c.", "/%2f%ff", "/%2f%", "/%2f%zz", "https://example.com/%2fevil.example", "/a%3f/../..//evil.example", "/a%3f%2f..%2f..%2f%2fevil.example",
  // Pages that hold a token or act.
  "/auth/link", "/auth/link/", "/auth/link/token", "/auth/link/token?next=/", "/auth/link#a", "/auth/sign-out", "/auth/sign-out/", "/auth/sign-out?a", "https://example.com/auth/link/token", "/AUTH/Link/token", "/auth//link/token", "/auth/./link/token", "/a/../auth/link/token", "/auth/%6cink/token", "/%61uth/link/token", "/auth%2flink%2ftoken", "/auth/%256cink/token", "/auth;a/link;b/token", "/auth/x/..%2flink/token", "/auth/sign%2dout", "/auth/link%3fa", "/auth/link%23a", "/auth/x/%2e%2e/sign-out",
]

const TAKEN: [raw: string, location: string][] = [
  ["/", "/"],
  ["/account", "/account"],
  ["/account?tab=1&a=b#top", "/account?tab=1&a=b#top"],
  ["/a//b", "/a//b"],
  ["/a/../b", "/b"],
  ["/search?q=//evil.example", "/search?q=//evil.example"],
  ["/search?q=%2f%2fevil.example%0a", "/search?q=%2f%2fevil.example%0a"],
  ["/search?q=a b", "/search?q=a%20b"],
  ["/100%", "/100%"],
  ["/caf\u00e9", "/caf%C3%A9"],
  ["/@evil.example", "/@evil.example"],
  ["/https://evil.example", "/https://evil.example"],
  ["/javascript:alert(1)", "/javascript:alert(1)"],
  ["/a\u202eb", "/a%E2%80%AEb"],
  ["/..;/account", "/..;/account"],
  ["/auth/account", "/auth/account"],
  ["/auth/account?a=b", "/auth/account?a=b"],
  ["/link/auth", "/link/auth"],
  ["/docs/auth/link", "/docs/auth/link"],
  ["https://example.com", "/"],
  ["https://example.com?a", "/?a"],
  ["HTTPS://EXAMPLE.com:443/account", "/account"],
  ["https://app.example.com", "https://app.example.com/"],
  ["https://app.example.com/a?b#c", "https://app.example.com/a?b#c"],
  ["https://app\u3002example\u3002com/a", "https://app.example.com/a"],
  ["http://localhost:3000/a", "http://localhost:3000/a"],
]

it("has a corpus of at least 150 hostile strings, none of them twice", () => {
  expect(new Set(REFUSED).size).toBe(REFUSED.length)
  expect(REFUSED.length).toBeGreaterThanOrEqual(150)
})

it.each(REFUSED.map((raw) => [raw]))("refuses %j (HDR-7)", (raw) => {
  expect(next(raw)).toBeNull()
})

it.each(TAKEN)("takes %j as %j", (raw, location) => {
  expect(next(raw)).toBe(location)
})

it("takes nothing for nothing", () => {
  expect(next(null)).toBeNull()
  expect(next(undefined)).toBeNull()
})

it("takes 2000 characters and not one more, before and after escaping (INP-5)", () => {
  expect(next(`/${"a".repeat(1_999)}`)).toHaveLength(2_000)
  expect(next(`/${"a".repeat(2_000)}`)).toBeNull()
  expect(next(`/${"é".repeat(333)}`)).toHaveLength(1_999)
  expect(next(`/${"é".repeat(334)}`)).toBeNull()
})

it("knows our own origin by its port", () => {
  expect(safeNext("http://localhost:3000/a", "http://localhost:3000", [])).toBe("/a")
  expect(safeNext("http://localhost/a", "http://localhost:3000", [])).toBeNull()
})

describe("whatever the string", () => {
  const piece = fc.constantFrom(
    "/", "//", "\\", ".", "..", ";", "?", "#", "@", ":", "%", "25", "2f", "2e", "%2f", "%5c", "%2e", "%25", "%0a", "\t", "\n", " ", "a", "é",
    "auth", "link", "sign-out", "evil.example", "example.com", "app.example.com", "http:", "https:", "https://", "javascript:",
    OURS, APP,
  ) // biome-ignore format: a list of pieces
  const character = fc.nat(0xffff).map((code) => String.fromCharCode(code))
  const raw = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
    fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join("")}`),
    fc.array(fc.oneof(piece, character), { maxLength: 12 }).map((pieces) => `${OURS}${pieces.join("")}`),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string({ unit: character }),
  )

  it("leads to an allowed origin, as a browser reads it from any page of ours", () => {
    fc.assert(
      fc.property(raw, (text) => {
        const location = next(text)
        if (location === null) return
        expect([OURS, APP, "http://localhost:3000"]).toContain(new URL(location, `${OURS}/auth/code?a#b`).origin)
        expect(location).toMatch(/^[\x21-\x7e]{1,2000}$/)
        expect(location).toMatch(
          location.startsWith("/") ? /^\/(?![/\\])/ : /^https?:\/\/(?:app\.example\.com|localhost:3000)\//,
        )
      }),
      { numRuns: 3_000 },
    )
  })

  it("comes out the same when it goes in again", () => {
    fc.assert(
      fc.property(raw, (text) => {
        const location = next(text)
        expect(next(location)).toBe(location)
      }),
      { numRuns: 1_000 },
    )
  })

  it("stays with us when something in front of us decodes the path again", () => {
    fc.assert(
      fc.property(raw, fc.integer({ min: 1, max: 2 }), (text, rounds) => {
        let path = next(text)?.split(/[?#]/, 1)[0] ?? ""
        if (!path.startsWith("/")) return
        for (let round = 0; round < rounds && isDecodable(path); round += 1) path = decodeURIComponent(path)
        // The third round: a URL reads escaped dots as dots.
        expect(new URL(path, OURS).origin).toBe(OURS)
        expect(new URL(path, OURS).pathname).not.toMatch(/^\/\/|^\/auth\/(?:link|sign-out)(?:\/|$)/)
      }),
      { numRuns: 2_000 },
    )
  })
})

function isDecodable(path: string): boolean {
  return !/%(?![0-7][0-9a-f])/i.test(path)
}
