/** The columns of an event that are in its leaf, as they stand in the row. */
export interface LeafRow {
  /** UUIDv7. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly type: string
  readonly userId: string | null
  /** JSON of one object. */
  readonly detail: string
  readonly commitment: string | null
}

/** The version of what a leaf looks like: docs/audit-log-format.md describes it byte for byte. */
export const LEAF_VERSION = 1

/**
 * An event as it is sealed: canonical JSON (RFC 8785), without personal data and without its place, which the tree binds. Every row
 * has a leaf: where `detail` is no object of I-JSON (RFC 7493), which nothing of ours writes, it stands there as a text.
 */
export function leafOf({ id, at, type, userId, detail, commitment }: LeafRow): string {
  return `{"at":${at},"commitment":${quote(commitment)},"detail":${canonicalDetail(detail)},"id":${quote(id)},"type":${quote(type)},"userId":${quote(userId)},"v":${LEAF_VERSION}}`
}

// Nearly every text of ours: what RFC 8785 writes as it is.
const PLAIN = /^[ !#-[\]-~]*$/

function quote(text: string | null): string {
  if (text === null) return "null"
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

function canonicalDetail(json: string): string {
  try {
    const value = json.includes("\\") ? parseWithEscapes(json) : parsePlain(json)
    if (value !== null) return canonicalJson(value)
  } catch {
    // Sealed as it is: whoever wrote it can't keep the log from going on.
  }
  return JSON.stringify(json)
}

// JSON.parse keeps the last of two members with one name, takes 1e400 for infinity and lets half a surrogate pair pass; other readers
// don't. So two of them could believe different things of a row, and both find its hash in the tree (RFC 7493 §2).
function parsePlain(json: string): object | null {
  const value: unknown = JSON.parse(json)
  // As we write it nearly always, and three times as quick to see.
  const isOurs = JSON.stringify(value) === json
  return isObject(value) && (isOurs || namesOf(json).length === countMembers(value)) ? value : null
}

/**
 * Names are taken out before the rest is parsed. V8 13.6, of Node 24, takes the name in `{"\\u0001":1}` for a backslash once it has parsed
 * `{"\\\\":1}`: it compares what a name looks like in JSON with a name that it expects there (nodejs/node#63785). What a leaf is mustn't depend on
 * what was parsed before.
 */
function parseWithEscapes(json: string): object | null {
  JSON.parse(json)
  const names = namesOf(json).map((name): unknown => JSON.parse(name))
  let nth = 0
  const numbered: unknown = JSON.parse(
    json.replace(STRING, (whole: string, _: string, colon?: string) =>
      colon === undefined ? whole : `"${nth++}"${colon}`,
    ),
  )
  const value = withNames(numbered, names)
  return isObject(value) && countMembers(value) === names.length ? value : null
}

// A text, and the colon behind it if it is a name.
const STRING = /("(?:[^"\\]|\\.)*")(\s*:)?/g

/** The names of all members in a valid JSON, with their quotes. */
function namesOf(json: string): readonly string[] {
  return [...json.matchAll(STRING)].filter(([, , colon]) => colon !== undefined).map(([, name = ""]) => name)
}

function withNames(value: unknown, names: readonly unknown[]): unknown {
  if (Array.isArray(value)) return value.map((item) => withNames(item, names))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([nth, member]) => [names[Number(nth)], withNames(member, names)]),
  )
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** In all objects within; NaN, which equals nothing, where there is something that I-JSON has not. */
function countMembers(value: unknown): number {
  if (typeof value === "string") return value.isWellFormed() ? 0 : Number.NaN
  if (typeof value === "number") return Number.isFinite(value) ? 0 : Number.NaN
  if (typeof value !== "object" || value === null) return 0
  const isList = Array.isArray(value)
  let count = 0
  for (const [name, member] of Object.entries(value)) {
    count += (isList ? 0 : 1) + countMembers(name) + countMembers(member)
  }
  return count
}

// What others parse with is not as deep as JSON.parse, which has no bottom.
const MAX_DEPTH = 100

/**
 * RFC 8785: members in the order of their UTF-16 code units, everything else as `JSON.stringify` writes it.
 *
 * @throws RangeError for objects and lists more than 100 deep.
 */
export function canonicalJson(value: unknown, depth = 1): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  if (depth > MAX_DEPTH) throw new RangeError("too deep")
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(",")}]`
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member, depth + 1)}`).join(",")}}`
}
