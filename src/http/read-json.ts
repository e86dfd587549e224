import * as v from "valibot"
import type { Incoming } from "./incoming.ts"
import { readBody } from "./read-body.ts"

/** The fields of a body: each is a text, and some may be left out or null. */
export type BodySchema = v.StrictObjectSchema<Readonly<Record<string, TextSchema>>, undefined>
type TextSchema = v.GenericSchema<string> | v.GenericSchema<string | null | undefined>

export type JsonOutcome<Body> =
  | { readonly status: "read"; readonly body: Body }
  | { readonly status: "too_large" | "unsupported_media_type" | "bad_request" }

/**
 * Reads a JSON body of ours: one flat object of texts. A field that is unknown, given twice or not a text is refused, so
 * that no two readers can believe different things (CWE-235) and a slip in a field's name doesn't go unseen.
 */
export async function readJson<Schema extends BodySchema>(
  incoming: Incoming,
  schema: Schema,
): Promise<JsonOutcome<v.InferOutput<Schema>>> {
  if (!isJson(incoming.header("content-type"))) return { status: "unsupported_media_type" }
  const read = await readBody(incoming)
  if (read.status !== "read") return read
  const outcome = v.safeParse(schema, parse(read.text))
  if (!outcome.success || !isSaidOnce(read.text, outcome.output)) return { status: "bad_request" }
  return { status: "read", body: outcome.output }
}

/** `application/json`, in UTF-8 as all JSON is (RFC 8259 §8.1). */
export function isJson(contentType: string | null): boolean {
  return contentType !== null && /^application\/json *(?:; *charset="?utf-8"?)?$/i.test(contentType)
}

function parse(text: string): unknown {
  // What was no UTF-8 came out as a replacement character; nothing that we ask for holds one.
  if (text.includes("\ufffd")) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

// JSON.parse keeps the last of two fields with one name. In a flat object, each text before a colon is one field.
function isSaidOnce(text: string, body: Readonly<Record<string, unknown>>): boolean {
  const said = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined)
  return said.length === Object.keys(body).length && Object.values(body).every(isText)
}

// Half a surrogate pair can't be written down in UTF-8, and a NUL ends a text for much that reads it.
function isText(value: unknown): boolean {
  return typeof value !== "string" || (value.isWellFormed() && !value.includes("\0"))
}
