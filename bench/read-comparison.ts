import { parseArgs } from "node:util"
import { type EngineName, readEngineName } from "./engines/engine.ts"
import { installPeers } from "./install-peers.ts"

/** What somebody asked to be compared. */
export interface ComparisonOptions {
  /** What all sites keep their rows in. */
  readonly engine: EngineName
  /** How many rows the big tables have, where that was said. */
  readonly rows: number | undefined
  /** For a look: shorter. */
  readonly quick: boolean
  /** Without Better Auth and Auth.js. */
  readonly ours: boolean
  /** What the results are called. Those of a look aren't kept. */
  readonly name: string
}

/** Reads the options of a comparison, and installs the peers where they take part. */
export async function readComparison(title: string): Promise<ComparisonOptions> {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", default: "sqlite" },
      rows: { type: "string" },
      quick: { type: "boolean", default: false },
      ours: { type: "boolean", default: false },
    },
  })
  const { quick, ours } = values
  const engine = readEngineName(values.engine)
  const rows = values.rows === undefined ? undefined : readRows(values.rows)
  if (!ours) await installPeers()
  const parts = [
    title,
    ...(engine === "sqlite" ? [] : [engine.replace("+", "-")]),
    ...(rows === undefined ? [] : [String(rows)]),
    ...(quick || (ours && rows === undefined) ? ["look"] : []),
  ]
  return { engine, rows, quick, ours, name: parts.join("-") }
}

const FEWEST = 10_000

function readRows(text: string): number {
  const rows = Number(text)
  if (Number.isSafeInteger(rows) && rows > FEWEST) return rows
  throw new Error(`--rows must be a whole number above ${FEWEST}, not ${text}.`)
}
