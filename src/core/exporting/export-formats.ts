import { ecsRecord } from "./ecs-record.ts"
import type { ExportScope } from "./export-scope.ts"
import type { ExportedEvent } from "./exported-event.ts"
import { jsonlRecord } from "./jsonl-record.ts"
import { ocsfRecord } from "./ocsf-record.ts"

/** Where in the log a record stands, and the hash that was sealed there: no other log has that. */
export interface LogPlace {
  readonly index: number
  /** Hex. */
  readonly hash: string
}

export interface ExportFormat {
  /** A record as JSON, which `oneLine` makes a line of. */
  readonly write: (event: ExportedEvent, scope: ExportScope) => string
  /** The place that a line of this format says, or null where it is none. */
  readonly placeOf: (line: string) => LogPlace | null
}

export type ExportFormatName = keyof typeof exportFormats

export const exportFormats = {
  ocsf: {
    write: ocsfRecord,
    placeOf: reading(({ metadata, raw_data_hash, unmapped }) => ({
      index: metadata?.sequence,
      hash: raw_data_hash?.value ?? unmapped?.log?.leaf_hash,
    })),
  },
  ecs: { write: ecsRecord, placeOf: reading(({ event }) => ({ index: event?.sequence, hash: event?.hash })) },
  jsonl: { write: jsonlRecord, placeOf: reading(({ index, hash }) => ({ index, hash })) },
} as const satisfies Readonly<Record<string, ExportFormat>>

// What any of the three may hold of it.
interface Told {
  readonly index?: unknown
  readonly hash?: unknown
  readonly event?: { readonly sequence?: unknown; readonly hash?: unknown }
  readonly metadata?: { readonly sequence?: unknown }
  readonly raw_data_hash?: { readonly value?: unknown }
  readonly unmapped?: { readonly log?: { readonly leaf_hash?: unknown } }
}

function reading(read: (told: Told) => { readonly index: unknown; readonly hash: unknown }): ExportFormat["placeOf"] {
  return (line) => {
    const told = parse(line)
    if (told === null) return null
    const { index, hash } = read(told)
    return typeof index === "number" && Number.isSafeInteger(index) && typeof hash === "string" ? { index, hash } : null
  }
}

function parse(line: string): Told | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === "object" && value !== null ? value : null
  } catch {
    // The caller says whose line it isn't.
    return null
  }
}
