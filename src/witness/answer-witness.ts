import type { Log } from "../core/log.ts"
import type { Answer } from "../http/answer.ts"
import type { Incoming } from "../http/incoming.ts"
import { pathOf } from "../http/path-of.ts"
import { type AddOutcome, addCheckpoint, type WitnessParts } from "./add-checkpoint.ts"

// Sixteen signatures of the longest kind, which a note may have, and the longest proof.
const MAX_BODY = 128 * 1024
const NEWEST = /^\/([0-9a-f]{64})\/checkpoint$/

/** Answers one request as C2SP tlog-witness says; each decision is a line of the log. */
export async function answerWitness(incoming: Incoming, parts: WitnessParts, log: Log): Promise<Answer> {
  try {
    const { method } = incoming
    const path = pathOf(incoming)
    if (path === "/add-checkpoint") return method === "POST" ? await add(incoming, parts, log) : notAllowed("POST")
    if (path !== "/healthz" && !NEWEST.test(path)) return plain(404, "There is nothing here.\n")
    if (method !== "GET" && method !== "HEAD") return notAllowed("GET, HEAD")
    return path === "/healthz" ? health(parts) : newest(path, parts)
  } catch (error) {
    log.error("witness_failed", { error })
    return plain(500, "Something is wrong here. Nothing was signed.\n")
  }
}

async function add(incoming: Incoming, parts: WitnessParts, log: Log): Promise<Answer> {
  const body = await incoming.text(MAX_BODY)
  if (body.status === "too_large") return plain(413, "That is too long.\n", { Connection: "close" })
  if (body.status !== "read") return plain(400, "The body didn't arrive.\n")
  const outcome = addCheckpoint(body.text, parts)
  const answer = answerOf(outcome)
  tell(outcome, answer.status, log)
  return answer
}

function answerOf(outcome: AddOutcome): Answer {
  switch (outcome.status) {
    case "cosigned":
      return plain(200, `${outcome.line}\n`)
    case "malformed":
      return plain(400, "That is no checkpoint, as C2SP tlog-witness wants it.\n")
    case "old_too_large":
      return plain(400, "The old size is larger than the checkpoint's.\n")
    case "untrusted":
      return plain(403, "No key that is known for this log has signed that.\n")
    case "unknown_log":
      return plain(404, "This log isn't witnessed here.\n")
    case "conflict":
      return plain(409, `${outcome.size}\n`, { "Content-Type": "text/x.tlog.size" })
    case "inconsistent":
      return plain(422, "That doesn't follow from what was signed before.\n")
  }
}

const MAX_ORIGIN = 200

// Signed by the log's own key and inconsistent, a note is proof that the log was changed: it must not be lost.
function tell(outcome: AddOutcome, status: number, log: Log): void {
  if (outcome.status === "malformed") return log.info("checkpoint", { outcome: outcome.status, status })
  const { origin, oldSize, size, note } = outcome.submission
  const told = { outcome: outcome.status, status, origin: origin.slice(0, MAX_ORIGIN), oldSize, size }
  if (outcome.status !== "inconsistent") return log.info("checkpoint", told)
  const signatures = note.signatures.map(({ line }) => line)
  log.error("checkpoint", { ...told, note: [note.text, ...signatures, ""].join("\n") })
}

function health({ state }: WitnessParts): Answer {
  state.check()
  return plain(200, "ok\n")
}

function newest(path: string, { state }: WitnessParts): Answer {
  const note = state.newest(NEWEST.exec(path)?.[1] ?? "")
  return note === null ? plain(404, "No checkpoint of this log was signed here.\n") : plain(200, note)
}

function notAllowed(allow: string): Answer {
  return plain(405, "That isn't how it is asked.\n", { Allow: allow })
}

function plain(status: number, body: string, headers: Record<string, string> = {}): Answer {
  const usual = {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  }
  return { status, headers: { ...usual, ...headers }, body }
}
