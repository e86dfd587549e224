import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { LinklatchError } from "../../core/fault.ts"
import { SharedCall } from "./shared-call.ts"

const TIME_OUT = 10_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it("lets nobody wait in line for a database that doesn't answer: who came before a time-out began goes with it", async () => {
  const away = new LinklatchError("store_unavailable", "The database did not answer.")
  const shared = new SharedCall<number, number>(
    () => new Promise((_, reject) => void setTimeout(reject, TIME_OUT, away)),
  )
  const early = Array.from({ length: 500 }, (_, i) => fateOf(shared.decide(i)))
  await vi.advanceTimersByTimeAsync(TIME_OUT / 2)
  const late = fateOf(shared.decide(500))
  await vi.advanceTimersByTimeAsync(TIME_OUT / 2 + 100)
  expect(early.map(({ status }) => status)).toEqual(Array(500).fill("rejected"))
  expect(late.status).toBe("waiting")
  await vi.advanceTimersByTimeAsync(TIME_OUT)
  expect(late.status).toBe("rejected")
})

it("goes on with those in line where a call failed at once: the next connection may well be good", async () => {
  let calls = 0
  const shared = new SharedCall<number, number>(async (numbers) => {
    calls += 1
    if (calls === 1) throw new LinklatchError("store_unavailable", "The database did not answer.")
    return numbers
  })
  const fates = Array.from({ length: 100 }, (_, i) => fateOf(shared.decide(i)))
  await vi.advanceTimersByTimeAsync(100)
  expect(fates.map(({ status }) => status)).toEqual([...Array(64).fill("rejected"), ...Array(36).fill("resolved")])
})

it("goes on with those in line where one slow decision was at fault", async () => {
  const cause = Object.assign(new Error("duplicate key"), { code: "23505" })
  const refused = new LinklatchError("store_unavailable", "The database did not answer.", { cause })
  const shared = new SharedCall<number, number>(
    (numbers) =>
      new Promise((resolve, reject) => {
        setTimeout(() => (numbers.includes(7) ? reject(refused) : resolve(numbers)), TIME_OUT)
      }),
  )
  const fates = Array.from({ length: 66 }, (_, i) => fateOf(shared.decide(i)))
  await vi.advanceTimersByTimeAsync(70 * TIME_OUT)
  expect(fates.filter(({ status }) => status === "rejected")).toEqual([fates[7]])
  expect(fates.filter(({ status }) => status === "resolved")).toHaveLength(65)
})

function fateOf(decision: Promise<unknown>): { status: "waiting" | "resolved" | "rejected" } {
  const fate: ReturnType<typeof fateOf> = { status: "waiting" }
  decision.then(
    () => {
      fate.status = "resolved"
    },
    () => {
      fate.status = "rejected"
    },
  )
  return fate
}
