import { beforeAll, describe, expect, it } from "vitest"
import { type CampaignReport, insideKinds, runCampaign } from "../tamper/campaign.ts"
import { faultsOf } from "../tamper/faults-of.ts"

// The short form of `npm run tamper`: each kind a few times, elsewhere than there. 10 000 of them: bench/results/tamper.md.
const PLAN = { seed: 20_261_121, tamperings: 3 * insideKinds.length, clean: 25, large: 0 }

let report: CampaignReport

beforeAll(async () => {
  report = await runCampaign(PLAN)
}, 120_000)

describe("P11 AUD-3 a sealed log that its owner tampered with", () => {
  it("is called faulty whatever was done, and names what and where", () => {
    expect(report.inside.length).toBeGreaterThan(50)
    for (const { name, runs, found, named, misses } of report.inside) {
      expect({ name, runs, found, named, misses }).toEqual({ name, runs: 3, found: 3, named: 3, misses: [] })
    }
  })

  it("raises no alarm where nobody touched it", () => {
    expect(report.clean).toMatchObject({ logs: 25, alarms: 0, misses: [] })
    expect(report.clean.events).toBeGreaterThan(1_000)
  })
})

describe("P11 AUD-4 a log that was cut, put back or signed anew", () => {
  it("is in order by itself, and is found by a checkpoint that was kept outside: a documented limit", () => {
    for (const { name, runs, found, foundOutside, namedOutside } of report.outside) {
      expect({ name, found, foundOutside, namedOutside }).toEqual({
        name,
        found: 0,
        foundOutside: runs,
        namedOutside: runs,
      })
    }
  })

  it("tells nothing of what the log allows, or doesn't hold yet: a documented limit", () => {
    for (const { name, foundOutside } of report.silent)
      expect({ name, foundOutside }).toEqual({ name, foundOutside: 0 })
    expect(faultsOf(report)).toEqual([])
  })
})
