import { createHmac, hash } from "node:crypto"
import { isoTime, MINUTE, SECOND } from "../core/clock.ts"
import type { CheckpointOutlet, SignedCheckpoint } from "../core/sealing/checkpoint-outlet.ts"
import { hashBase64 } from "../core/tree/encode-hash.ts"
import { exchange, PATIENCE } from "./exchange.ts"
import { badOutlet, outletFailed } from "./outlet-failed.ts"
import { readOutletUrl } from "./outlet-url.ts"
import { readWebhookSecret } from "./webhook-secret.ts"

export interface CheckpointWebhookOptions {
  /** https, or http on this machine. */
  readonly url: string
  /** `whsec_` and 24 to 64 random bytes in base64, as Standard Webhooks writes them. Of a list, all sign. */
  readonly secret: string | readonly string[]
  /** Least time between two checkpoints that are sent, in milliseconds. Default a minute. */
  readonly every?: number | undefined
  /** How long the whole of an answer may take, in milliseconds. Default 10 seconds. */
  readonly timeout?: number | undefined
}

/**
 * Posts checkpoints as JSON, signed as Standard Webhooks says: `{"type": "audit.checkpoint", "timestamp", "data": {origin, size, root, note}}`. Any 2xx
 * is a yes. The `webhook-id` of a checkpoint is the same each time.
 *
 * @throws LinklatchError `invalid_configuration` where an option is wrong
 */
export function checkpointWebhook(options: CheckpointWebhookOptions): CheckpointOutlet {
  const { every = MINUTE, timeout = PATIENCE } = options
  const url = readOutletUrl(options.url)
  const keys = [options.secret].flat().map(readWebhookSecret)
  if (url === null) {
    const cure = "Give an https address without credentials. Plain http works on this machine only."
    throw badOutlet("checkpointWebhook.url", "It is not an https address.", cure)
  }
  if (keys.length === 0 || !keys.every((key) => key !== null)) {
    const cure = "Make one with: echo whsec_$(openssl rand -base64 32)"
    throw badOutlet("checkpointWebhook.secret", "It is not a secret of Standard Webhooks.", cure)
  }
  const closing = new AbortController()
  return {
    name: `webhook ${url.host}`,
    every,
    async publish(checkpoint) {
      const body = bodyOf(checkpoint)
      const headers = headersOf(checkpoint, body, keys)
      const { status } = await exchange(url, { method: "POST", headers, body, signal: closing.signal, timeout })
      if (status < 200 || status > 299) throw outletFailed(`The webhook ${url.host} answered with ${status}.`)
      return { cosigned: null }
    },
    latest: () => Promise.resolve(null),
    async close() {
      closing.abort()
    },
  }
}

function bodyOf({ origin, size, root, note, at }: SignedCheckpoint): string {
  const data = { origin, size, root: hashBase64(root), note }
  return JSON.stringify({ type: "audit.checkpoint", timestamp: isoTime(at), data })
}

// Standard Webhooks 1.0.0, "Signature scheme": HMAC-SHA-256 of id, time and body. Ten lines, where the package brings three
// packages and a SHA-256 of its own; it checks ours in the tests (decisions/059).
function headersOf({ note }: SignedCheckpoint, body: string, keys: readonly Buffer[]): Record<string, string> {
  const id = `checkpoint_${hash("sha256", note, "base64url")}`
  const time = Math.floor(Date.now() / SECOND)
  const signatures = keys.map(
    (key) => `v1,${createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64")}`,
  )
  return {
    "Content-Type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(time),
    "webhook-signature": signatures.join(" "),
  }
}
