import { SECOND } from "../core/clock.ts"
import { outletFailed } from "./outlet-failed.ts"

export interface Reply {
  readonly status: number
  /** Without its parameters; empty where there is none. */
  readonly contentType: string
  readonly body: string
}

export interface Exchange {
  readonly method: "GET" | "POST"
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Aborted when the outlet is closed. */
  readonly signal: AbortSignal
  /** In milliseconds, the answer included. */
  readonly timeout: number
}

/** In milliseconds. */
export const PATIENCE = 10 * SECOND
// A hundred signatures of the usual kind are less than half of that.
const MAX_BYTES = 64 * 1024

/**
 * One request and its whole answer, within bounds. A redirect is an error: whoever was configured is who we talk to.
 *
 * @throws LinklatchError `outlet_failed` where no answer came, or too much of one
 */
export async function exchange(url: URL, { timeout, signal, ...init }: Exchange): Promise<Reply> {
  try {
    const both = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
    const response = await fetch(url, { ...init, redirect: "error", signal: both })
    const [contentType = ""] = (response.headers.get("content-type") ?? "").split(";")
    return { status: response.status, contentType: contentType.trim().toLowerCase(), body: await readBody(response) }
  } catch (cause) {
    throw outletFailed(`No answer came from ${url.host}.`, cause)
  }
}

async function readBody({ body }: Response): Promise<string> {
  if (body === null) return ""
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    // To leave the loop ends the connection.
    if (bytes > MAX_BYTES) throw new Error("The answer is too long.")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
