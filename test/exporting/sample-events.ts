import type { Address } from "../../src/core/addresses/canonical-address.ts"
import type { ApplicationDetail, EventDetail, EventPerson, EventType } from "../../src/core/audit/event.ts"
import { leafOf } from "../../src/core/audit/leaf.ts"
import type { ExportScope } from "../../src/core/exporting/export-scope.ts"
import type { MissingEvent, ReadEvent } from "../../src/core/exporting/exported-event.ts"
import { hashLeaf } from "../../src/core/tree/hash.ts"

const REQUEST = "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a11"
const LINK = "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a12"
const SESSION = "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a13"
const USER = "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a14"

/** Every detail that each type of ours can have, but for numbers and ids. */
export const details: { readonly [T in EventType]: readonly EventDetail[T][] } = {
  link_requested: [{ requestId: REQUEST }],
  link_sent: [{ requestId: REQUEST, linkId: LINK, attempt: 1, transport: "smtp" }],
  link_withheld: (["not_allowed", "disabled", "rate_limited", "already_signed_in"] as const).map((reason) => ({
    requestId: REQUEST,
    reason,
  })),
  send_failed: (["later", "given_up"] as const).map((next) => ({
    ...{ requestId: REQUEST, attempt: 2, transport: "smtp", next, reason: "451 try later" },
  })),
  link_prefetched: [{ linkId: LINK }],
  link_consumed: (["magic_link", "email_code"] as const).map((by) => ({ requestId: REQUEST, linkId: LINK, by })),
  consume_failed: (
    ["used", "expired", "superseded", "unknown", "wrong_browser", "wrong_code", "disabled"] as const
  ).flatMap((reason) => [
    { by: "magic_link" as const, reason, linkId: LINK },
    { by: "email_code" as const, reason, linkId: null },
  ]),
  user_created: [{}],
  provider_used: [
    { provider: "magic_link", isFirst: true },
    { provider: "email_code", isFirst: false },
  ],
  session_created: ["magic_link", "email_code", "google"].map((provider) => ({ sessionId: SESSION, provider })),
  session_revoked: [
    ...(["signed_out", "signed_out_elsewhere", "signed_out_everywhere", "replaced"] as const).map((reason) => ({
      ...{ sessionId: SESSION, reason },
    })),
    { sessionId: SESSION, reason: "user_disabled", by: "cli" },
    { sessionId: SESSION, reason: "ended_by_admin", by: "application" },
  ],
  rate_limited: (["ask_client", "ask_address", "ask_browser", "redeem_client"] as const).flatMap((limit) =>
    [1, 40].map((count) => ({ limit, count, windowSeconds: 900 })),
  ),
  links_revoked: [{}, { by: "cli" }],
  user_disabled: [{ by: "cli" }, { by: "application" }],
  user_enabled: [{ by: "cli" }, { by: "application" }],
  user_erased: [{ by: "cli" }, { by: "application" }],
  admin_action: [{ action: "audit_pruned", minIndex: 512, by: "cli" }],
  checkpoint_signed: [
    { origin: "login.example.com/auth/log", key: "login.example.com/auth/log+6f7b7cd3+AU…", size: 40 },
  ],
}

export const ada: EventPerson = {
  address: "ada@example.com" as Address,
  ip: "2001:db8::7",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64)",
}
export const terminal: EventPerson = { ...ada, ip: null, userAgent: "linklatch/0.1.0 (users disable; root)" }

export const scope: ExportScope = {
  version: "0.1.0",
  origin: "login.example.com/auth/log",
  checkpointSize: 300,
  isEmailClear: false,
}

type Told = Partial<Pick<ReadEvent, "index" | "at" | "userId" | "person" | "state">>

/** An event as it comes out of the log. */
export function sampleEvent(type: string, detail: object, told: Told = {}): ReadEvent {
  const row = {
    id: "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a10",
    at: 1_795_294_800_123,
    type,
    userId: USER,
    commitment: null,
  }
  const leaf = leafOf({ ...row, ...told, detail: JSON.stringify(detail) })
  const hash = Buffer.from(hashLeaf(leaf), "latin1").toString("hex")
  return {
    ...row,
    state: "sealed",
    index: 12,
    hash,
    leaf,
    detail: { ...detail } as ReadEvent["detail"],
    person: ada,
    ...told,
  }
}

export const applicationDetail: ApplicationDetail = { "order.id": "A 17", total: 12.5, gift: false, note: null }

/** Every shape that an event can have: each detail, known and unknown people, commands, altered ones, an application's. */
export const allEvents: readonly ReadEvent[] = [
  ...Object.entries(details).flatMap(([type, all]) =>
    all.flatMap((detail) => [
      sampleEvent(type, detail),
      sampleEvent(type, detail, { person: terminal }),
      sampleEvent(type, detail, { userId: null }),
      sampleEvent(type, detail, { userId: null, person: null }),
      sampleEvent(type, detail, { person: null }),
      sampleEvent(type, detail, { state: "altered" }),
    ]),
  ),
  sampleEvent("shop.order_placed", applicationDetail),
  sampleEvent("shop.order_placed", applicationDetail, { userId: null, person: null }),
  sampleEvent("shop.order_placed", { by: "cli", requestId: "r" }, { userId: null }),
]

export const missingEvent: MissingEvent = { state: "missing", index: 12, hash: "00".repeat(32), at: 1_795_294_800_123 }
