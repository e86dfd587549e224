import { LinklatchError } from "../core/fault.ts"
import type { Incoming } from "./incoming.ts"

export type BodyOutcome =
  | { readonly status: "read"; readonly text: string }
  | { readonly status: "too_large" | "unsupported_media_type" | "bad_request" }

// An address is at most 254 characters and `next` 2,000: what is longer is no request of ours.
const MAX_BYTES = 8_192

/** The body of a request of ours, as it came. */
export async function readBody(incoming: Incoming): Promise<BodyOutcome> {
  if (incoming.header("content-encoding") !== null) return { status: "unsupported_media_type" }
  const length = incoming.header("content-length")
  if (length !== null && !/^[0-9]{1,15}$/.test(length)) return { status: "bad_request" }
  // Refused before it is sent. What lies about its length, or says none, is measured as it comes.
  if (length !== null && Number(length) > MAX_BYTES) return { status: "too_large" }
  const body = await incoming.text(MAX_BYTES)
  switch (body.status) {
    case "read":
      return body
    case "too_large":
      return { status: "too_large" }
    case "hung_up":
      return { status: "bad_request" }
    case "gone":
      // It would otherwise show as an endless "bad request".
      throw new LinklatchError(
        "invalid_argument",
        "The body of the request was read before. Mount Linklatch ahead of body parsers, or use the mount of your framework.",
      )
  }
}
