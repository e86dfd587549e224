import { MINUTE, SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import { uuidv7 } from "../ids.ts"
import { createCode, hashCode } from "../links/code.ts"
import { createToken, hashToken } from "../links/token.ts"
import { storableText } from "../storable-text.ts"
import type { OutboxItem, SettleOutbox } from "../store.ts"
import { withholdReason } from "../users/sign-in-policy.ts"
import { wordsFor } from "../words/words-for.ts"
import { composeMessage } from "./compose-message.ts"
import type { MailMessage, MailTransport, SendContext, SendOutcome } from "./transport.ts"

/** A worker's hold on rows of the outbox. */
export interface Lease {
  readonly id: string
  readonly until: number
}

// Well inside the lease, so that no row is sent by two workers because one was slow.
const SEND_TIMEOUT = 20 * SECOND
const SETTLE_TIME = 5 * SECOND
const RETRY_AFTER = [2 * SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE]

/** Takes one leased row of the outbox to its end: withheld, sent, put off or given up. */
export async function deliver(
  context: Context,
  transport: MailTransport,
  item: OutboxItem,
  lease: Lease,
  stopping: AbortSignal,
): Promise<void> {
  const { settings, store, clock } = context
  const { outboxId } = item
  const settle = (result: SettleOutbox["result"]) =>
    store.outbox.settle({ outboxId, leaseId: lease.id, at: clock.now(), result })
  if (stopping.aborted) return void (await settle({ status: "released" }))
  const reason = withholdReason(item, settings)
  if (reason !== null) return void (await settle({ status: "withheld", reason }))
  if (clock.now() >= item.deadline) return void (await settle(failed(context, transport, item, tooLate)))
  const minted = await mint(context, item, lease.id)
  if (minted === null) return
  // Measured from the claim, not from now: a process that stood still meanwhile has less time left.
  const timeLeft = Math.max(0, Math.min(SEND_TIMEOUT, lease.until - clock.now() - SETTLE_TIME))
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(timeLeft)])
  const outcome = await send(context, transport, minted.message, { idempotencyKey: minted.linkId, signal })
  if (outcome.status === "failed") return void (await settle(failed(context, transport, item, outcome)))
  const { requestId, attempt } = item
  const sent = { requestId, linkId: minted.linkId, attempt, transport: storableText(transport.name) }
  await insist(() => settle({ status: "sent", detail: sent }))
}

// The mail is out: unless that is written down, another worker sends it again. Three seconds in all, inside the lease.
async function insist(settle: () => Promise<unknown>): Promise<void> {
  for (const wait of [100, 200, 400, 800, 1_600]) {
    const isSettled = await settle().then(
      () => true,
      () => false,
    )
    if (isSettled) return
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
  await settle()
}

const tooLate = { status: "failed", isPermanent: true, reason: "too_late" } as const

/**
 * Makes token and code now, not when they were asked for: their life starts at sending, and until then there is no secret
 * to keep. A retry makes a new pair. The raw secrets live in this process's memory and in the mail.
 */
async function mint(
  context: Context,
  item: OutboxItem,
  leaseId: string,
): Promise<{ linkId: string; message: MailMessage } | null> {
  const { settings, store, clock, random } = context
  const at = clock.now()
  const linkId = uuidv7(at, random)
  const token = createToken(random)
  const code = createCode(random)
  const { status } = await store.links.mint({
    linkId,
    outboxId: item.outboxId,
    leaseId,
    tokenHash: hashToken(token),
    codeHash: hashCode(code, item.flowHash, settings.secrets[0]),
    at,
    expiresAt: at + settings.linkTtl,
  })
  if (status === "lease_lost") return null
  const message = composeMessage({
    to: item.address,
    // From the configuration and never from a header (P7).
    link: `${settings.origin}/auth/link/${token}`,
    code,
    siteName: settings.siteName,
    words: wordsFor(item.locale),
    device: item.device,
    requestedAt: item.requestedAt,
    ttlMinutes: settings.linkTtl / MINUTE,
  })
  return { linkId, message }
}

// What a refusal says goes into the log for good, so only a code may: text of the other side often quotes the mail (P12).
const REASON_SHAPE = /^[a-z][a-z0-9_]{0,39}$/
const ERROR_WORD_SHAPE = /^[A-Za-z][A-Z0-9_a-z]{0,39}$/

/** Hands the message to a transport, which may be an application's own: nothing that it says or throws is repeated. */
async function send(
  { log }: Context,
  transport: MailTransport,
  message: MailMessage,
  options: SendContext,
): Promise<SendOutcome> {
  try {
    const outcome = await sendInTime(transport, message, options)
    if (outcome.status === "sent") return outcome
    const { isPermanent, retryAfterMs = Number.NaN } = outcome
    const reason = REASON_SHAPE.test(outcome.reason) ? outcome.reason : "unknown"
    return { status: "failed", isPermanent, reason, retryAfterMs }
  } catch (error) {
    // Not the error itself: it has seen the message, and its text may hold the link.
    const { name, code } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
    log.error("mail_transport_threw", { transport: transport.name, error: wordOrNull(name), code: wordOrNull(code) })
    return { status: "failed", isPermanent: false, reason: "transport_threw" }
  }
}

const timeout = { status: "failed", isPermanent: false, reason: "timeout" } as const

/** Waits no longer than the signal says: a transport that doesn't heed it would keep a hand, and `close`, for ever. */
async function sendInTime(transport: MailTransport, message: MailMessage, options: SendContext): Promise<SendOutcome> {
  const { promise: isOver, resolve } = Promise.withResolvers<SendOutcome>()
  // A turn later, so that one which heeds it can say itself what happened.
  const giveUp = () => void setImmediate(resolve, timeout)
  options.signal.addEventListener("abort", giveUp, { once: true })
  try {
    return await Promise.race([transport.send(message, options), isOver])
  } finally {
    options.signal.removeEventListener("abort", giveUp)
  }
}

function wordOrNull(text: unknown): string | null {
  return typeof text === "string" && ERROR_WORD_SHAPE.test(text) ? text : null
}

function failed(
  { clock, random }: Context,
  transport: MailTransport,
  { requestId, attempt, deadline }: OutboxItem,
  outcome: Extract<SendOutcome, { status: "failed" }>,
): SettleOutbox["result"] {
  const asked = outcome.retryAfterMs ?? Number.NaN
  // A transport may be an application's own: a wait that is no time would never come.
  const wait = asked >= 0 ? asked : (RETRY_AFTER[Math.min(attempt, RETRY_AFTER.length) - 1] ?? MINUTE)
  // Up to a quarter more, so that what failed together isn't tried again together.
  const jitter = (wait / 4) * ((random.bytes(1)[0] ?? 0) / 256)
  const retryAt = Math.ceil(clock.now() + wait + jitter)
  const isOver = outcome.isPermanent || retryAt >= deadline
  const detail = {
    requestId,
    attempt,
    transport: storableText(transport.name),
    next: isOver ? "given_up" : "later",
    reason: outcome.reason,
  } as const
  return { status: "failed", retryAt: isOver ? null : retryAt, detail }
}
