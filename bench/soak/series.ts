import type { DatabaseSize, TableSize } from "../engines/engine.ts"
import type { Expectation, Series } from "./verdict.ts"

/** All that was read at one moment. */
export interface Sample {
  /** Hours from the start. */
  readonly hours: number
  /** The metrics of each process. */
  readonly processes: readonly Readonly<Record<string, number>>[]
  /** Tables, where they were counted. */
  readonly size: DatabaseSize | null
}

const STEADY: Expectation = { is: "steady" }
// What `/metrics` calls it, and how much one is.
const OF_A_PROCESS = [
  { name: "RSS", metric: "process_resident_memory_bytes", unit: "bytes", times: 1 },
  { name: "heap in use", metric: "nodejs_heap_size_used_bytes", unit: "bytes", times: 1 },
  { name: "memory outside the heap", metric: "nodejs_external_memory_bytes", unit: "bytes", times: 1 },
  { name: "file descriptors", metric: "process_open_fds", unit: "", times: 1 },
  { name: "event loop delay, p99", metric: "nodejs_eventloop_lag_p99_seconds", unit: "ms", times: 1_000 },
  { name: "mail that waits", metric: "linklatch_outbox_queued", unit: "rows", times: 1 },
] as const

// Users and their ways in stay, and so does the audit log. Everything else goes when it is over.
const KEPT = new Set(["users", "user_providers", "auth_events", "auth_event_pii", "schema_migrations"])

/** What is watched, each with what is expected of it where so many visits come an hour. */
export function seriesOf(samples: readonly Sample[], comesPerHour: number): readonly Series[] {
  const count = samples[0]?.processes.length ?? 0
  const ofProcesses = Array.from({ length: count }, (_, process) =>
    OF_A_PROCESS.map(({ name, metric, unit, times }) => ({
      name: count === 1 ? name : `${name}, process ${process + 1}`,
      unit,
      expected: STEADY,
      points: samples.map(({ hours, processes }) => ({ hours, value: (processes[process]?.[metric] ?? 0) * times })),
    })),
  ).flat()
  return [...ofProcesses, ...seriesOfTables(samples, comesPerHour)]
}

function seriesOfTables(samples: readonly Sample[], comesPerHour: number): readonly Series[] {
  const counted = samples.flatMap(({ hours, size }) => (size === null ? [] : [{ hours, size }]))
  const read = (value: (size: DatabaseSize) => number) =>
    counted.map(({ hours, size }) => ({ hours, value: value(size) }))
  const last = counted.at(-1)?.size
  const bytesARow = (table: (size: DatabaseSize) => TableSize | undefined) => {
    const { bytes = 0, rows = 1 } = last === undefined ? {} : (table(last) ?? {})
    return bytes / Math.max(rows, 1)
  }
  const tables = (counted[0]?.size.tables ?? []).flatMap(({ name }): readonly Series[] => {
    const table = (size: DatabaseSize) => size.tables.find((one) => one.name === name)
    const expected: Expectation = KEPT.has(name) ? { is: "kept" } : { is: "balanced", comesPerHour }
    return [
      { name: `${name}, rows`, unit: "rows", expected, points: read((size) => table(size)?.rows ?? 0) },
      {
        name: `${name}, bytes`,
        unit: "bytes",
        expected: KEPT.has(name) ? expected : { is: "balanced", comesPerHour: comesPerHour * bytesARow(table) },
        points: read((size) => table(size)?.bytes ?? 0),
      },
    ]
  })
  return [
    ...tables,
    { name: "database", unit: "bytes", expected: { is: "kept" }, points: read(({ bytes }) => bytes) },
    { name: "WAL", unit: "bytes", expected: STEADY, points: read(({ walBytes }) => walBytes) },
  ]
}
