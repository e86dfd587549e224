import { describe, expect, it } from "vitest"
import { historyOf, plots } from "./contract/history-contract.ts"

describe("the histories that stores are compared by", () => {
  it("come to every outcome that a decision has", { timeout: 60_000 }, async () => {
    const rounds = (await Promise.all(plots.map(historyOf))).flatMap((history) => history.rounds)
    const told = rounds.flatMap(({ alone, lanes }) => [...alone, ...lanes.flat()])
    const outcomes = new Set(
      told.flatMap(({ order, outcome }) => inWords(outcome).map((word) => `${order.part}.${order.method} ${word}`)),
    )
    for (const [decision, words] of Object.entries(OUTCOMES))
      for (const word of words) expect(outcomes, `${decision} ${word}`).toContain(`${decision} ${word}`)
  })
})

const REDEEMED = ["redeemed", "rate_limited", "used", "expired", "superseded", "unknown", "refused", "rejected"]
const OUTCOMES = {
  "requests.open": ["opened", "rate_limited", "rejected"],
  "links.mint": ["minted", "lease_lost", "rejected"],
  "links.inspect": ["something"],
  "links.redeem": [...REDEEMED, "wrong_browser"],
  "codes.redeem": [...REDEEMED, "wrong_code"],
  "sessions.check": ["something", "nothing"],
  "sessions.find": ["something", "nothing"],
  "sessions.list": ["something", "nothing"],
  "sessions.listAll": ["something", "nothing"],
  "sessions.revoke": ["something", "nothing"],
  "users.find": ["something", "nothing"],
  "users.list": ["something", "nothing"],
  "users.setDisabled": ["changed", "unchanged", "unknown_user"],
  "providers.record": ["recorded", "unknown_user"],
  "limits.take": ["admitted", "refused"],
  "retention.sweep": ["limits", "requests", "sessions", "nothing"],
  "outbox.claim": ["something", "nothing"],
  "outbox.settle": ["settled", "lease_lost"],
}

function inWords(outcome: unknown): readonly string[] {
  if (typeof outcome === "string") return [outcome]
  if (outcome === null || outcome === 0 || (Array.isArray(outcome) && outcome.length === 0)) return ["nothing"]
  if (typeof outcome !== "object") return ["something"]
  if ("status" in outcome) return [String(outcome.status)]
  if ("requests" in outcome) return Object.entries(outcome).map(([kind, count]) => (count === 0 ? "nothing" : kind))
  return ["something"]
}
