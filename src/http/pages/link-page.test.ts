import { describe, expect, it } from "vitest"
import type { Address } from "../../core/addresses/canonical-address.ts"
import { de } from "../../core/words/de.ts"
import { en } from "../../core/words/en.ts"
import { type LinkPageData, type LinkPageMode, linkPage } from "./link-page.ts"

const context = { words: en, siteName: "Example", assetVersion: "0", isDevelopment: false }
const token = "the-token"
const at = Date.UTC(2026, 10, 21, 10, 42)
const match: LinkPageMode = {
  kind: "match",
  device: "Firefox on Windows",
  requestedAt: at,
  triesLeft: 3,
  wasWrong: false,
}
const grace = { id: "1", email: "grace@example.com" as Address, displayName: "Grace", createdAt: at, disabledAt: null }
const ada = { ...grace, email: "ada@example.com" as Address }
const render = (data: Partial<LinkPageData>): string =>
  String(
    linkPage(context, { token, email: "ada@example.com", mode: { kind: "same_browser" }, signedInAs: null, ...data }),
  )

describe("linkPage", () => {
  it("sends itself only in the browser that asked", () => {
    expect(render({})).toContain("data-auto")
    expect(render({ signedInAs: ada })).toContain("data-auto")
    expect(render({ mode: match })).not.toContain("data-auto")
    expect(render({ mode: { kind: "only_there", device: "", requestedAt: at } })).not.toContain("data-auto")
  })

  it("never sends itself where somebody else is signed in, and names both (CSR-4)", () => {
    const html = render({ signedInAs: grace })
    expect(html).not.toContain("data-auto")
    expect(html).toContain("grace@example.com")
    expect(html).toContain("ada@example.com")
    expect(html).toContain(en.pages.link.stay)
  })

  it("says where and when the link was asked for, and asks for the number", () => {
    const html = render({ mode: match })
    expect(html).toContain("Firefox on Windows")
    expect(html).toContain('<time datetime="2026-11-21T10:42:00.000Z">21 Nov 2026, 10:42 UTC</time>')
    expect(html).toMatch(/<input [^>]*name="match"[^>]*inputmode="numeric"/)
  })

  it("says how many tries are left after a wrong number", () => {
    expect(render({ mode: { ...match, triesLeft: 2, wasWrong: true } })).toContain("2 tries left.")
    expect(render({ mode: match })).not.toContain("tries left")
  })

  it("offers nothing to redeem once the tries are spent", () => {
    const html = render({ mode: { kind: "only_there", device: "Firefox on Windows", requestedAt: at } })
    expect(html).not.toContain(token)
    expect(html).not.toContain('action="/auth/link"')
    expect(html).toContain('<input type="hidden" name="email" value="ada@example.com">')
    expect(html).not.toContain('name="next"')
  })

  it("keeps where the person was going for the new link", () => {
    const mode = { kind: "only_there", device: "Firefox on Windows", requestedAt: at } as const
    expect(render({ mode, next: "/reports" })).toContain('<input type="hidden" name="next" value="/reports">')
  })

  it("lets the browser ask for a number that is missing", () => {
    expect(render({ mode: match })).toMatch(/<input [^>]*name="match"[^>]* required/)
    expect(render({ mode: match })).not.toContain("novalidate")
  })

  it("names the browser in the words of the page", () => {
    const page = { token, email: "ada@example.com", mode: match, signedInAs: null }
    expect(String(linkPage({ ...context, words: de }, page))).toContain("<bdi>Firefox unter Windows</bdi>")
  })
})
