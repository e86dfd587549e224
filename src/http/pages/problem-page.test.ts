import { describe, expect, it } from "vitest"
import { en } from "../../core/words/en.ts"
import { problemPage } from "./problem-page.ts"

const context = { words: en, siteName: "Example", assetVersion: "0", isDevelopment: false }

describe("problemPage", () => {
  it("offers no button that would be refused as well", () => {
    const html = String(problemPage(context, { problem: "rate_limited", retryAfterSeconds: 640 }))
    expect(html).not.toMatch(/<a |<button|<form/)
    expect(html).toContain("Try again in 11 minutes.")
  })

  it("leads on from any other", () => {
    expect(String(problemPage(context, { problem: "not_found" }))).toContain('href="/auth/sign-in"')
    expect(String(problemPage(context, { problem: "forbidden" }))).toContain('href="/auth/account"')
  })
})
