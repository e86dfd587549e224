import type { Incoming } from "./incoming.ts"
import { readBody } from "./read-body.ts"

export type FormOutcome =
  | { readonly status: "read"; readonly values: FormValues }
  | { readonly status: "too_large" | "unsupported_media_type" | "bad_request" }

/** What the form said, for the fields that were asked for. A field that it lacked is absent. It has no prototype. */
export type FormValues = Readonly<Record<string, string>>

const FORM = "application/x-www-form-urlencoded"

/** Reads a form of ours. A field given twice is refused, as two readers could each believe another one (CWE-235). */
export async function readForm(incoming: Incoming, fields: readonly string[]): Promise<FormOutcome> {
  if (!isForm(incoming.header("content-type"))) return { status: "unsupported_media_type" }
  const body = await readBody(incoming)
  if (body.status !== "read") return body
  const values = parseForm(body.text, fields)
  return values === null ? { status: "bad_request" } : { status: "read", values }
}

function isForm(contentType: string | null): boolean {
  if (contentType === FORM) return true
  const [type, ...parameters] = (contentType ?? "").toLowerCase().split(";")
  if (type?.trim() !== FORM) return false
  return parameters.every((parameter) => {
    const [name, value] = parameter.split("=", 2)
    return name?.trim() !== "charset" || /^\s*"?utf-8"?\s*$/.test(value ?? "")
  })
}

function parseForm(body: string, fields: readonly string[]): FormValues | null {
  // Browsers escape whatever is not ASCII. A replacement character in the raw text is what invalid UTF-8 was read as.
  if (body.includes("\ufffd") || body.includes("\0") || body.includes("%00")) return null
  const values: Record<string, string> = Object.create(null)
  for (const pair of body.split("&")) {
    const equals = pair.indexOf("=")
    const name = decode(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? "" : decode(pair.slice(equals + 1))
    if (name === null || value === null) return null
    if (!fields.includes(name)) continue
    if (name in values) return null
    values[name] = value
  }
  return values
}

function decode(text: string): string | null {
  if (!text.includes("%") && !text.includes("+")) return text
  try {
    return decodeURIComponent(text.replaceAll("+", " "))
  } catch {
    // A lone percent sign, or bytes that are no UTF-8.
    return null
  }
}
