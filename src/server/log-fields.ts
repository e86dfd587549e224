import type { LogFields } from "../core/log.ts"
import type { Scrub } from "./scrub.ts"

export interface Cleaning {
  readonly scrub: Scrub
  /** A message in a stack may be anybody's: stacks are for those who debug. */
  readonly withStack: boolean
}

const MAX_DEPTH = 4
const MAX_ITEMS = 50
const MAX_TEXT_LENGTH = 4_000
// Names of fields that can hold nothing else.
const SECRET_NAMES = /^(?:token|cookie|set-cookie|authorization|api_?key)$|secret$|password$/i
// The first three say when and what, and would stand twice in the line; pino takes the last for that of a request.
const RESERVED = new Set(["time", "level", "event", "socket"])

/** A copy of the fields that is plain JSON, bounded in size (LOG-7), without secrets (P12). */
export function cleanFields(fields: LogFields, cleaning: Cleaning): Record<string, unknown> {
  return cleanObject(fields, 0, cleaning)
}

function cleanObject(fields: object, depth: number, cleaning: Cleaning): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const name of Object.keys(fields).slice(0, MAX_ITEMS)) {
    const value = (fields as LogFields)[name]
    clean[cleanName(name, depth, cleaning)] = SECRET_NAMES.test(name)
      ? "[scrubbed]"
      : cleanValue(value, depth, cleaning)
  }
  return clean
}

function cleanName(name: string, depth: number, cleaning: Cleaning): string {
  if (depth === 0 && RESERVED.has(name)) return `${name}_`
  // Assigned to, it would set the prototype instead of a field.
  return name === "__proto__" ? "__proto___" : cleanText(name, cleaning)
}

function cleanValue(value: unknown, depth: number, cleaning: Cleaning): unknown {
  if (typeof value === "string") return cleanText(value, cleaning)
  if (typeof value === "bigint") return value.toString()
  if (typeof value === "number" || typeof value === "boolean" || value === undefined) return value
  if (typeof value !== "object" || value === null) return null
  if (value instanceof Error) return cleanError(value, depth, cleaning)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  // Bytes of any kind are more likely a secret than not.
  if (ArrayBuffer.isView(value)) return "[bytes]"
  if (depth >= MAX_DEPTH) return "[deep]"
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => cleanValue(item, depth + 1, cleaning))
  return cleanObject(value, depth + 1, cleaning)
}

function cleanError(error: Error, depth: number, cleaning: Cleaning): Record<string, unknown> {
  const code = "code" in error ? String(error.code) : error.name
  const hasCause = error.cause !== undefined && depth < MAX_DEPTH
  return {
    code: cleanText(code, cleaning),
    message: cleanText(error.message, cleaning),
    ...(hasCause && { cause: cleanValue(error.cause, depth + 1, cleaning) }),
    ...(cleaning.withStack && error.stack !== undefined && { stack: cleanText(error.stack, cleaning) }),
  }
}

// Cut after scrubbing: half a secret has no shape to know it by.
function cleanText(text: string, cleaning: Cleaning): string {
  const clean = cleaning.scrub(text)
  return clean.length > MAX_TEXT_LENGTH ? `${clean.slice(0, MAX_TEXT_LENGTH)}…` : clean
}
