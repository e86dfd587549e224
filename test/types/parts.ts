// Parts of one's own: a transport, a log, a store around another, and the suite that a store must pass.
import { describe, it } from "node:test"
import type {
  AuditEvent,
  Clock,
  LinklatchOptions,
  Log,
  MailMessage,
  MailTransport,
  SendOutcome,
  Store,
} from "linklatch"
import {
  type CheckpointFileOptions,
  type CheckpointOutlet,
  type CheckpointWebhookOptions,
  checkpointFile,
  checkpointWebhook,
  type ProveConsistency,
  type SignedCheckpoint,
  type SyslogOutletOptions,
  syslogOutlet,
  type TreeHash,
  type WitnessOptions,
  witness,
} from "linklatch/checkpoints"
import { type IoRedisClient, type NodeRedisClient, type RedisStateChange, withRedis } from "linklatch/redis"
import { sqlite } from "linklatch/sqlite"
import {
  createFakeClock,
  createSeededRandom,
  createTestMailbox,
  type Expect,
  type FakeClock,
  sharedStoreContract,
  storeContract,
  type TestMailbox,
} from "linklatch/testing"

export const queue: MailTransport = {
  name: "queue",
  async send(message: MailMessage, { idempotencyKey, signal }): Promise<SendOutcome> {
    if (signal.aborted) return { status: "failed", isPermanent: false, reason: "timeout", retryAfterMs: 1_000 }
    console.log(message.to.toUpperCase(), message.link, idempotencyKey)
    return { status: "sent" }
  },
  verify: async () => undefined,
  close: async () => undefined,
}

export function describeOutcome(outcome: SendOutcome): string {
  switch (outcome.status) {
    case "sent":
      return "sent"
    case "failed":
      return `${outcome.reason}${outcome.isPermanent ? "" : ", later"}${outcome.retryAfterMs ?? ""}`
    default:
      return outcome satisfies never
  }
}

export function describeEvent(event: AuditEvent): string {
  switch (event.type) {
    case "link_withheld":
      return event.detail.reason satisfies "not_allowed" | "disabled" | "rate_limited" | "already_signed_in"
    case "session_revoked":
      return `${event.detail.sessionId} ${event.detail.by ?? "themselves"}`
    case "rate_limited":
      return `${event.detail.limit satisfies string} ${event.detail.count.toFixed()}`
    case "user_created":
      return event.person?.address ?? "erased"
    default:
      return event.type
  }
}

const log: Log = { info: console.info, warn: console.warn, error: (event, fields) => console.error(event, fields) }

/** A store around another: every decision passes here. */
export function counted(inner: Store): Store {
  let asked = 0
  return {
    ...inner,
    name: `counted ${asked} ${inner.name}`,
    requests: {
      ...inner.requests,
      async open(request) {
        asked += 1
        const outcome = await inner.requests.open(request)
        if (outcome.status === "rate_limited") console.log(outcome.quota.resetAt, outcome.isReported)
        else console.log(outcome.flow satisfies "kept" | "fresh")
        return outcome
      },
    },
  }
}

export async function redeem(store: Store, ...args: Parameters<Store["links"]["redeem"]>): Promise<string> {
  const outcome = await store.links.redeem(...args)
  return outcome.status === "redeemed" ? outcome.user.email : outcome.status
}

export const clock: FakeClock & Clock = createFakeClock()
export const mailbox: TestMailbox = createTestMailbox()
export const forTests: Partial<LinklatchOptions> = {
  store: counted(sqlite(":memory:")),
  mail: mailbox,
  clock,
  log,
  random: createSeededRandom("tests"),
  worker: false,
}
export const arrived: Promise<MailMessage> = mailbox.next("ada@example.com")
clock.advance(60_000)

declare const expect: Expect
const runner = { describe, it: (title: string, body: () => Promise<void>) => void it(title, body), expect }
storeContract("mine", async () => ({ open: async () => counted(sqlite(":memory:")) }), runner)
sharedStoreContract(
  "mine",
  async () => ({ open: async () => sqlite("one.db"), discard: async () => undefined }),
  runner,
)

const rarely: CheckpointFileOptions & SyslogOutletOptions = { every: 60_000 }
const toWitness: WitnessOptions = { key: "w+00000000+BA", url: "https://witness.example.org" }
const toHook: CheckpointWebhookOptions = { url: "https://hooks.example.com", secret: ["whsec_new", "whsec_old"] }
export const mine: CheckpointOutlet = {
  name: "mine",
  every: 1_000,
  async publish({ note, size, root }: SignedCheckpoint, prove: ProveConsistency) {
    const proof: readonly TreeHash[] = await prove(1)
    console.log(size.toFixed(), note, Buffer.from(root, "latin1").toString("base64"), proof.length)
    return { cosigned: null }
  },
  latest: async (origin) => (origin === "" ? null : ""),
  close: async () => undefined,
}
export const audited: Pick<LinklatchOptions, "audit"> = {
  audit: {
    outlets: [
      mine,
      checkpointFile("checkpoints", rarely),
      witness(toWitness),
      syslogOutlet("tls://log.example.com", rarely),
      checkpointWebhook(toHook),
    ],
  },
}

export function besideRedis(store: Store, one: NodeRedisClient, other: IoRedisClient): readonly Store[] {
  const onStateChange = (change: RedisStateChange) => console.log(change.status === "away" ? change.reason : "back")
  return [
    withRedis(store, one),
    withRedis(store, other, { secret: ["one", "other"], prefix: undefined, onStateChange }),
  ]
}
