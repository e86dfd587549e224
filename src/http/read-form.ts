import { LinklatchError } from "../core/fault.ts"

export type FormOutcome =
  | { readonly status: "read"; readonly values: FormValues }
  | { readonly status: "too_large" | "unsupported_media_type" | "bad_request" }

/** What the form said, for the fields that were asked for. A field that it lacked is absent. It has no prototype. */
export type FormValues = Readonly<Record<string, string>>

const MAX_BYTES = 8_192
const FORM = "application/x-www-form-urlencoded"

/** Reads a form of ours. A field given twice is refused, as two readers could each believe another one (CWE-235). */
export async function readForm(request: Request, fields: readonly string[]): Promise<FormOutcome> {
  // A body parser in front of us would otherwise show as an endless "bad request".
  if (request.bodyUsed)
    throw new LinklatchError(
      "invalid_argument",
      "The body of the request was read before. Mount Linklatch ahead of body parsers.",
    )
  const { headers } = request
  if (!isForm(headers.get("content-type")) || headers.has("content-encoding"))
    return { status: "unsupported_media_type" }
  const length = headers.get("content-length")
  if (length !== null && !/^[0-9]{1,15}$/.test(length)) return { status: "bad_request" }
  if (length !== null && Number(length) > MAX_BYTES) return { status: "too_large" }
  // HTTP delivers no more than the length that was announced, so one plain read is safe: it spares the stream, which
  // costs more than all the rest. A Request made by hand may still lie, so what came is measured again.
  const isFramed = length !== null && !headers.has("transfer-encoding")
  const text = await (isFramed ? readText(request) : readStream(request)).catch(hungUp)
  if (text === null) return { status: "bad_request" }
  if (text === "too_large" || Buffer.byteLength(text.body) > MAX_BYTES) return { status: "too_large" }
  const values = parseForm(text.body, fields)
  return values === null ? { status: "bad_request" } : { status: "read", values }
}

type Body = { readonly body: string }

function isForm(contentType: string | null): boolean {
  if (contentType === FORM) return true
  const [type, ...parameters] = (contentType ?? "").toLowerCase().split(";")
  if (type?.trim() !== FORM) return false
  return parameters.every((parameter) => {
    const [name, value] = parameter.split("=", 2)
    return name?.trim() !== "charset" || /^\s*"?utf-8"?\s*$/.test(value ?? "")
  })
}

async function readText(request: Request): Promise<Body> {
  return { body: await request.text() }
}

async function readStream(request: Request): Promise<Body | "too_large"> {
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  while (reader !== undefined) {
    const { done, value } = await reader.read()
    if (done) break
    bytes += value.byteLength
    if (bytes > MAX_BYTES) {
      await reader.cancel()
      return "too_large"
    }
    chunks.push(value)
  }
  return { body: new TextDecoder().decode(Buffer.concat(chunks)) }
}

// The client went away in the middle of its form: nobody waits for the answer, and it is no fault of the server's.
function hungUp(): null {
  return null
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
