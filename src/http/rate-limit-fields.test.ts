import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Quota } from "../core/limits/limit.ts"
import { rateLimitFields } from "./rate-limit-fields.ts"

const NOW = 1_800_000_000_000
const quota: Quota = { name: "ask_client", max: 5, windowMs: 900_000, remaining: 3, resetAt: NOW + 200_000 }

describe("the RateLimit fields (RAT-9)", () => {
  it("name the policy, what is left of it and when it resets", () => {
    expect(rateLimitFields(quota, NOW)).toEqual({
      "RateLimit-Policy": '"ask_client";q=5;w=900',
      RateLimit: '"ask_client";r=3;t=200',
    })
  })

  it("say when to come back on a refusal only", () => {
    const spent = { ...quota, remaining: 0 }
    expect(rateLimitFields(spent, NOW, { isRefusal: true })["Retry-After"]).toBe("200")
    expect(rateLimitFields(spent, NOW)).not.toHaveProperty("Retry-After")
    expect(rateLimitFields(spent, NOW, { isRefusal: false })).not.toHaveProperty("Retry-After")
    expect(rateLimitFields(quota, NOW, { isRefusal: true })).not.toHaveProperty("Retry-After")
  })

  it("round up, so that nobody comes back too early", () => {
    const soon = { ...quota, remaining: 0, resetAt: NOW + 1_001, windowMs: 1_500 }
    expect(rateLimitFields(soon, NOW, { isRefusal: true })).toEqual({
      "RateLimit-Policy": '"ask_client";q=5;w=2',
      RateLimit: '"ask_client";r=0;t=2',
      "Retry-After": "2",
    })
  })

  it("say one second where the reset is just past", () => {
    const past = { ...quota, remaining: 0, resetAt: NOW - 1 }
    expect(rateLimitFields(past, NOW, { isRefusal: true })).toMatchObject({
      RateLimit: '"ask_client";r=0;t=0',
      "Retry-After": "1",
    })
  })

  it("are lists of one string with whole numbers (RFC 9651), and Retry-After is never less than t", () => {
    const anyQuota = fc.record<Quota>({
      name: fc.constantFrom("ask_client", "redeem_client"),
      max: fc.integer({ min: 1, max: 1_000 }),
      windowMs: fc.integer({ min: 1, max: 86_400_000 }),
      remaining: fc.integer({ min: -1, max: 1_000 }),
      resetAt: fc.integer({ min: NOW - 86_400_000, max: NOW + 86_400_000 }),
    })
    fc.assert(
      fc.property(anyQuota, (any) => {
        const fields = rateLimitFields(any, NOW, { isRefusal: true })
        expect(fields["RateLimit-Policy"]).toMatch(/^"[a-z_]+";q=[1-9][0-9]{0,14};w=[1-9][0-9]{0,14}$/)
        const seconds = /^"[a-z_]+";r=[0-9]{1,15};t=([0-9]{1,15})$/.exec(fields.RateLimit ?? "")?.[1]
        expect(seconds).toBeDefined()
        const retryAfter = fields["Retry-After"]
        expect(retryAfter === undefined).toBe(any.remaining > 0)
        if (retryAfter !== undefined) expect(Number(retryAfter)).toBeGreaterThanOrEqual(Math.max(1, Number(seconds)))
      }),
    )
  })
})
