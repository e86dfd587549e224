import { expect, it } from "vitest"
import { DAY } from "../core/clock.ts"
import { sqlite } from "../sqlite.ts"
import { START } from "../testing/contract/steps/ask.ts"
import { signIn } from "../testing/contract/steps/redeem.ts"
import { sweep } from "../testing/contract/steps/sweep.ts"
import { countSweeps } from "./count-sweeps.ts"
import { createMetrics } from "./metrics.ts"

it("counts the rows that sweeps delete, for the metrics", async () => {
  const { store, deleted } = countSweeps(sqlite(":memory:"))
  const metrics = createMetrics({ store, clock: { now: () => START }, deleted })
  expect(await metrics.text()).toContain('linklatch_rows_deleted_total{kind="requests"} 0')
  for (let i = 0; i < 3; i++) await signIn(store)
  for (const days of [0, 30, 60]) {
    const at = START + days * DAY
    await sweep(store, { at, max: 2, askedBefore: at, endedBefore: null })
    await sweep(store, { at, max: 1, endedBefore: at })
    const text = await metrics.text()
    expect(text).toContain(`linklatch_rows_deleted_total{kind="requests"} ${{ 0: 0, 30: 2, 60: 3 }[days]}`)
    expect(text).toContain(`linklatch_rows_deleted_total{kind="sessions"} ${days / 30}`)
  }
  expect(await metrics.text()).toMatch(/^linklatch_rows_deleted_total\{kind="limits"\} [1-9]/m)
  await store.close()
})
