import { expect, it } from "vitest"
import { type Sample, seriesOf } from "./series.ts"

const sample = (hours: number, rows: number | null): Sample => ({
  hours,
  processes: [{ process_resident_memory_bytes: 100, nodejs_eventloop_lag_p99_seconds: 0.01 }],
  size:
    rows === null
      ? null
      : {
          tables: [
            { name: "sessions", rows, bytes: rows * 50 },
            { name: "auth_events", rows, bytes: rows * 10 },
          ],
          bytes: rows * 60,
          walBytes: 7,
        },
})
const samples = [sample(0, 10), sample(1, null), sample(2, 20)]

it("watches each process at every moment, in milliseconds what metrics give in seconds", () => {
  const series = seriesOf(samples, 1_000)
  const delay = series.find(({ name }) => name === "event loop delay, p99")
  expect(delay?.points).toEqual([0, 1, 2].map((hours) => ({ hours, value: 10 })))
})

it("names the processes where there are several", () => {
  const both = samples.map((one) => ({ ...one, processes: [...one.processes, ...one.processes] }))
  expect(seriesOf(both, 1_000).map(({ name }) => name)).toContain("RSS, process 2")
})

it("watches tables where they were counted, and expects a table's bytes to go with its rows", () => {
  const series = seriesOf(samples, 1_000)
  const [rows, bytes] = ["sessions, rows", "sessions, bytes"].map((name) => series.find((one) => one.name === name))
  expect(rows?.points).toEqual([
    { hours: 0, value: 10 },
    { hours: 2, value: 20 },
  ])
  expect(rows?.expected).toEqual({ is: "balanced", comesPerHour: 1_000 })
  expect(bytes?.expected).toEqual({ is: "balanced", comesPerHour: 50_000 })
})

it("lets the audit log grow", () => {
  const kept = seriesOf(samples, 1_000).filter(({ expected }) => expected.is === "kept")
  expect(kept.map(({ name }) => name)).toEqual(["auth_events, rows", "auth_events, bytes", "database"])
})
