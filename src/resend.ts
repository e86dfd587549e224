import { SECOND } from "./core/clock.ts"
import { type ConfigurationFault, LinklatchError } from "./core/fault.ts"
import type { MailMessage, MailTransport } from "./core/mail/transport.ts"
import { resendFailure, resendSilence } from "./mail/resend-failure.ts"
import { formatSender, isOneMailbox, readSender, type Sender } from "./mail/sender.ts"

export interface ResendOptions {
  /** A key with sending access is enough. */
  readonly apiKey: string
  /** `Example <login@example.com>` or the address alone, on a domain that Resend has verified. */
  readonly from: string
  /** Another place that speaks the same API. Default `https://api.resend.com`. */
  readonly baseUrl?: string | undefined
}

interface ResendSettings {
  readonly apiKey: string
  readonly sender: Sender
  /** Without a slash at the end. */
  readonly baseUrl: string
}

const TIMEOUT = 15 * SECOND
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"])

/**
 * Sends mail by Resend's HTTP API. A request that is repeated within one attempt carries the same `Idempotency-Key`, so
 * that it is mailed once.
 *
 * @throws LinklatchError `invalid_configuration` where an option is wrong
 */
export function resend(options: ResendOptions): MailTransport {
  const settings = readOptions(options)
  return {
    name: "resend",
    async send(message, { idempotencyKey, signal }) {
      if (!isOneMailbox(message.to)) return { status: "failed", isPermanent: true, reason: "bad_address" }
      const body = JSON.stringify(mailOf(message, settings.sender))
      const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey }
      try {
        const response = await call(settings, "/emails", { method: "POST", headers, body, signal })
        await discard(response)
        return response.ok ? { status: "sent" } : resendFailure(response, Date.now())
      } catch (error) {
        return resendSilence(error)
      }
    },
    verify: () => verifyKey(settings),
    close: () => Promise.resolve(),
  }
}

function readOptions({ apiKey, from, baseUrl = "https://api.resend.com" }: ResendOptions): ResendSettings {
  const faults: ConfigurationFault[] = []
  const sender = readSender(from)
  const base = readBaseUrl(baseUrl)
  // Checked here because fetch quotes a header that it can't send in its error, and this one is the key (P12).
  if (typeof apiKey !== "string" || !/^[\x21-\x7e]{8,200}$/.test(apiKey)) {
    faults.push({
      setting: "resend.apiKey",
      problem: "It is not an API key.",
      cure: "Make one at resend.com/api-keys.",
    })
  }
  if (sender === null) {
    faults.push({ setting: "resend.from", problem: "It is not a sender.", cure: "Give Example <login@example.com>." })
  }
  if (base === null) {
    const cure = "Give https://api.resend.com or leave it out. Plain http works on this machine only."
    faults.push({ setting: "resend.baseUrl", problem: "It is not the address of an API.", cure })
  }
  if (sender === null || base === null || faults.length > 0) {
    throw new LinklatchError("invalid_configuration", "The Resend transport can't be made from these options.", {
      faults,
    })
  }
  return { apiKey, sender, baseUrl: base }
}

function readBaseUrl(text: unknown): string | null {
  const url = typeof text === "string" ? URL.parse(text) : null
  if (url === null || url.username || url.password || url.search || url.hash) return null
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname))
  return isSafe ? url.href.replace(/\/+$/, "") : null
}

function mailOf(message: MailMessage, sender: Sender) {
  return {
    from: formatSender(sender),
    to: [message.to],
    subject: message.subject,
    text: message.text,
    html: message.html,
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
  }
}

// A redirect is an error: following it would hand the key, or a link, to somebody else.
function call(settings: ResendSettings, path: string, init: RequestInit & { signal?: AbortSignal }): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT)
  return fetch(`${settings.baseUrl}${path}`, {
    ...init,
    headers: { ...init.headers, Authorization: `Bearer ${settings.apiKey}` },
    redirect: "error",
    signal: init.signal === undefined ? timeout : AbortSignal.any([init.signal, timeout]),
  })
}

// The status has said it all, but a body that nobody reads keeps the connection from its next use. Whether the rest arrives
// no longer matters.
async function discard(response: Response): Promise<void> {
  await response.arrayBuffer().catch(() => undefined)
}

async function verifyKey(settings: ResendSettings): Promise<void> {
  const response = await call(settings, "/domains", { method: "GET" }).catch((error: unknown) => {
    throw unusable(
      "resend.baseUrl",
      "Resend can't be reached.",
      "Check the network and baseUrl.",
      resendSilence(error).reason,
    )
  })
  const isRestricted =
    (response.status === 401 || response.status === 403) && (await errorName(response)) === "restricted_api_key"
  if (response.ok || isRestricted) return
  const isKey = response.status === 401 || response.status === 403
  const [problem, cure] = isKey
    ? ["Resend refused the API key.", "Make a new one at resend.com/api-keys."]
    : ["Resend answered with an error.", "Try again, and look at resend-status.com."]
  throw unusable(isKey ? "resend.apiKey" : "resend.baseUrl", problem, cure, `resend_${response.status}`)
}

// A key that may only send is refused everything else by this name, and is just what we want.
async function errorName(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null)
  return typeof body === "object" && body !== null && "name" in body ? body.name : null
}

function unusable(setting: string, problem: string, cure: string, reason: string): LinklatchError {
  return new LinklatchError("invalid_configuration", `${problem} ${cure} (${reason})`, {
    faults: [{ setting, problem, cure }],
  })
}
