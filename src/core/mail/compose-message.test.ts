import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Address } from "../addresses/canonical-address.ts"
import type { Code } from "../links/code.ts"
import { de } from "../words/de.ts"
import { en } from "../words/en.ts"
import { composeMessage, type MessageParts } from "./compose-message.ts"

const link = "https://app.example.com/auth/link/Zk3vN0pQx7aBcDeFgHiJkLmNoPqRsTuVwXyZ-_12345"

const compose = (more: Partial<MessageParts> = {}) =>
  composeMessage({
    to: "ada@example.com" as Address,
    link,
    code: "042731" as Code,
    siteName: "Example",
    words: en,
    device: "Firefox 128 on Linux",
    requestedAt: Date.UTC(2026, 10, 21, 9, 57, 59),
    ttlMinutes: 10,
    ...more,
  })

const lines = (text: string) => text.split("\n")
const textOf = (html: string) => html.replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>/g, "")

describe("the message", () => {
  it("says what asked for it, when, for how long, and to ignore it (EML-9)", () => {
    expect(compose().subject).toBe("Login to Example")
    expect(compose().text).toBe(`Sign in to Example

Open this link to sign in:

${link}

Or type this code in the browser where you asked for it:

042 731

The link and the code last 10 minutes and sign in once.

Requested in: Firefox 128 on Linux
Requested at: 21 November 2026 at 09:57 UTC

If this was not you, ignore it: nobody gets in without this message.
Give the link and the code to nobody, not even to us.
`)
  })

  it("says the same in German", () => {
    const { subject, text } = compose({ words: de, ttlMinutes: 1, device: "Firefox on Linux" })
    expect(lines(text)).toContain("Angefordert in: Firefox unter Linux")
    expect(subject).toBe("Anmeldung bei Example")
    expect(lines(text)).toContain("Link und Code gelten 1 Minute und nur für eine Anmeldung.")
    expect(lines(text)).toContain("Angefordert am: 21. November 2026 um 09:57 UTC")
  })

  it.each([en, de])("says in HTML what it says in text ($locale)", (words) => {
    const { text, html } = compose({ words })
    const said = textOf(html).replace(/\s+/g, " ")
    // In HTML a button stands for the line that leads to the link.
    for (const line of lines(text).filter((one) => one !== "" && one !== words.mail.lead && one !== "042 731")) {
      expect(said).toContain(line)
    }
  })

  it("has the link once in the text, alone on its line, and once as a link in the HTML (EML-4)", () => {
    const { text, html } = compose()
    expect(lines(text).filter((line) => line.includes("://"))).toEqual([link])
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([link])
  })

  it("fetches nothing when it is opened, and is written for light and dark (EML-4)", () => {
    const { html } = compose()
    expect(html).not.toMatch(/<(img|link|script|iframe|object|video|audio|form)|url\(|@import|src=|background=/i)
    expect(html).toContain('<meta name="color-scheme" content="light dark">')
    expect(html).toContain("@media (prefers-color-scheme: dark)")
  })

  it("shows the code in two groups that copy as six digits", () => {
    expect(textOf(compose().html)).toContain("042731")
    expect(lines(compose().text)).toContain("042 731")
  })

  it("doesn't name the address that it goes to (EML-9)", () => {
    const { subject, text, html } = compose({ to: "canary-4411@example.com" as Address })
    expect(subject + text + html).not.toContain("canary-4411")
  })

  it("shows a device that says nothing as unknown", () => {
    expect(compose({ device: "\r\n" }).text).toContain("Requested in: an unknown browser")
  })

  it("never promises more time than there is", () => {
    expect(compose({ ttlMinutes: 2.9 }).text).toContain("last 2 minutes")
  })

  it("shows hostile names and devices as text, and one link (EML-3)", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        '<a href="https://evil.example">press</a>',
        '"><script>1</script>',
        "--></style><img src=x>",
        "a\r\nb",
      ),
    )
    const plain = [...compose().html.matchAll(/<[a-z!/][^>]*>/gi)].map(([tag]) => tag)
    const property = fc.property(hostile, hostile, (siteName, device) => {
      const { subject, text, html } = compose({ siteName, device })
      expect([...html.matchAll(/<[a-z!/][^>]*>/gi)].map(([tag]) => tag)).toEqual(plain)
      expect(lines(text).filter((line) => line === link)).toHaveLength(1)
      expect(lines(text)).toHaveLength(lines(compose().text).length)
      expect(subject).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}/u)
    })
    fc.assert(property, { numRuns: 1_000 })
  })
})
