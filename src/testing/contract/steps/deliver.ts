import { HOUR, MINUTE, SECOND } from "../../../core/clock.ts"
import type { CodeHash } from "../../../core/links/code.ts"
import { createToken, hashToken } from "../../../core/links/token.ts"
import { systemRandom } from "../../../core/random.ts"
import { createSecret, hashSecret } from "../../../core/secret.ts"
import type { MintLink, OpenRequest, OutboxItem, SettleOutbox, Store } from "../../../core/store.ts"
import { type Asked, ask, newId } from "./ask.ts"

/** A row of the outbox in the hands of one worker. */
export interface Leased {
  readonly item: OutboxItem
  readonly leaseId: string
}

/** A message with a link and a code, minted for a request. */
export interface Mail extends Asked {
  readonly link: MintLink
}

/** To a store the hash of a code is a text that is equal to another or isn't. */
export const newCodeHash = (): CodeHash => hashSecret(createSecret(systemRandom)) as CodeHash

/** Asks, mints and sends: what a person has in hand when the mail is there. */
export async function mailTo(store: Store, change: Partial<OpenRequest> = {}): Promise<Mail> {
  return deliver(store, await ask(store, change))
}

/** Mints for a request and settles it as sent. */
export async function deliver(store: Store, asked: Asked, change: Partial<MintLink> = {}): Promise<Mail> {
  const mail = await mintFor(store, asked, change)
  const outcome = await settleSent(store, mail)
  if (outcome !== "settled") throw new Error(`the mail was sent, but settling it says ${outcome}`)
  return mail
}

/** Leases the row of a request and mints for it; the row stays leased. */
export async function mintFor(store: Store, asked: Asked, change: Partial<MintLink> = {}): Promise<Mail> {
  const at = change.at ?? asked.request.at + SECOND
  const leaseId = change.leaseId ?? (await lease(store, asked, at)).leaseId
  const link = mintLink(asked, leaseId, { ...change, at })
  const { status } = await store.links.mint(link)
  if (status !== "minted") throw new Error(`minting under a held lease says ${status}`)
  return { ...asked, link }
}

export function mintLink(asked: Asked, leaseId: string, change: Partial<MintLink> = {}): MintLink {
  const at = change.at ?? asked.request.at + SECOND
  return {
    linkId: newId(at),
    outboxId: asked.request.outboxId,
    leaseId,
    tokenHash: hashToken(createToken(systemRandom)),
    codeHash: newCodeHash(),
    at,
    expiresAt: at + 10 * MINUTE,
    ...change,
  }
}

/** Leases the row of one request, and hands back what else was due. */
export async function lease(store: Store, asked: Asked, at = asked.request.at + SECOND): Promise<Leased> {
  const leaseId = newId(at)
  const items = await claim(store, { leaseId, at })
  for (const { outboxId } of items) {
    if (outboxId !== asked.request.outboxId)
      await store.outbox.settle({ outboxId, leaseId, at, result: { status: "released" } })
  }
  const item = items.find(({ outboxId }) => outboxId === asked.request.outboxId)
  if (item === undefined) throw new Error("the request's row is not due")
  return { item, leaseId }
}

/** Claims what is due at `at`, for half a minute. */
export function claim(
  store: Store,
  { at, leaseId = newId(at), max = 1_000 }: { at: number; leaseId?: string; max?: number },
) {
  return store.outbox.claim({ leaseId, leaseUntil: at + 30 * SECOND, max, at, latestDeadline: at + HOUR })
}

export function settleSent(store: Store, mail: Mail, at = mail.link.at) {
  const { linkId, leaseId } = mail.link
  const detail = { requestId: mail.request.requestId, linkId, attempt: 1, transport: "mailbox" }
  return settle(store, mail, leaseId, { status: "sent", detail }, at)
}

export function settle(
  store: Store,
  asked: Asked,
  leaseId: string,
  result: SettleOutbox["result"],
  at = asked.request.at + SECOND,
) {
  return store.outbox.settle({ outboxId: asked.request.outboxId, leaseId, at, result })
}

/** What a worker says of a send that failed. */
export function failed(asked: Asked, retryAt: number | null): SettleOutbox["result"] {
  const next = retryAt === null ? "given_up" : "later"
  const { requestId } = asked.request
  return {
    status: "failed",
    retryAt,
    detail: { requestId, attempt: 1, transport: "mailbox", next, reason: "smtp_450" },
  }
}
