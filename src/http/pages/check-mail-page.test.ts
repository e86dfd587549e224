import { describe, expect, it } from "vitest"
import { en } from "../../core/words/en.ts"
import { type CheckMailPageData, checkMailPage } from "./check-mail-page.ts"

const context = { words: en, siteName: "Example", assetVersion: "0", isDevelopment: false }
const waiting: CheckMailPageData = {
  email: "ada@example.com",
  matchNumber: 47,
  next: "/reports",
  problem: null,
  codeTriesLeft: 5,
  resendInSeconds: 28.4,
  linkTtlMinutes: 10,
}
const render = (data: Partial<CheckMailPageData>): string => String(checkMailPage(context, { ...waiting, ...data }))

describe("checkMailPage", () => {
  it("says the same for every address but the address itself (P4)", () => {
    const other = render({ email: "nobody@elsewhere.example" })
    expect(other.replaceAll("nobody@elsewhere.example", "ada@example.com")).toBe(render({}))
  })

  it("keeps the button shut while the wait lasts, with a link for a browser without scripts", () => {
    expect(render({})).toMatch(/data-resend-in="29"[\s\S]*<button [^>]*disabled/)
    expect(render({})).toContain('<a href="/auth/check-mail" data-reload>')
    expect(render({ resendInSeconds: 0 })).not.toMatch(/disabled|data-reload/)
  })

  it("ties the mistake to the field and counts what is left", () => {
    const html = render({ problem: { kind: "wrong_code", triesLeft: 1 }, codeTriesLeft: 1 })
    expect(html).toMatch(/<input [^>]*aria-invalid="true" aria-describedby="code-error"/)
    expect(html).toContain("One try left.")
    expect(html).toContain("<title>Error: ")
  })

  it.each([
    ["superseded", "That code is from an older message. Use the newest one."],
    ["expired", "That code has expired. Ask for a new message."],
  ] as const)("says of a right code that is %s what to do, beside the field", (kind, text) => {
    const html = render({ problem: { kind } }).replaceAll("&#39;", "'")
    expect(html).toContain(`<p class="field-error" id="code-error" role="alert">${text}</p>`)
    expect(html).toContain('action="/auth/code"')
    expect(html).toContain('name="email" value="ada@example.com"')
  })

  it("takes no code once the tries are spent", () => {
    const html = render({ codeTriesLeft: 0, problem: { kind: "wrong_code", triesLeft: 0 } })
    expect(html).not.toContain('action="/auth/code"')
    expect(html).toContain(en.pages.checkMail.codeSpent)
  })

  it("brings the way on into the next message and another address", () => {
    expect(render({})).toContain('<input type="hidden" name="next" value="/reports">')
    expect(render({})).toContain('href="/auth/sign-in?next=%2Freports"')
  })
})
