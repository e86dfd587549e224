import type { EventType } from "../audit/event.ts"
import type { ExportedEvent } from "./exported-event.ts"

/** What an event is in the Open Cybersecurity Schema Framework. */
export interface OcsfKind {
  readonly class: keyof typeof ocsfClasses
  readonly activity: number
  /** Of our own, where `activity` is 99. */
  readonly name?: string
  readonly status: keyof typeof ocsfStatuses
  readonly severity: keyof typeof ocsfSeverities
  /** A security control of ours did this: action and disposition. */
  readonly control?: readonly [action: keyof typeof ocsfActions, disposition: keyof typeof ocsfDispositions]
}

/** The classes that we use, with the captions of the activities that we use of them. */
export const ocsfClasses = {
  0: { caption: "Base Event", category: 0, categoryName: "Uncategorized", activities: {} },
  3001: {
    caption: "Account Change",
    category: 3,
    categoryName: "Identity & Access Management",
    activities: { 1: "Create", 2: "Enable", 5: "Disable", 6: "Delete" },
  },
  3002: {
    caption: "Authentication",
    category: 3,
    categoryName: "Identity & Access Management",
    activities: { 1: "Logon", 2: "Logoff", 6: "Preauth" },
  },
  3004: {
    caption: "Entity Management",
    category: 3,
    categoryName: "Identity & Access Management",
    activities: { 3: "Update", 4: "Delete", 10: "Activate" },
  },
} as const
export const ocsfStatuses = { 0: "Unknown", 1: "Success", 2: "Failure" } as const
export const ocsfSeverities = { 1: "Informational", 2: "Low", 3: "Medium", 5: "Critical" } as const
export const ocsfActions = { 2: "Denied", 3: "Observed" } as const
export const ocsfDispositions = { 2: "Blocked", 6: "Dropped", 17: "Logged" } as const

type Detail = Readonly<Record<string, unknown>>
type Kind = OcsfKind | ((detail: Detail) => OcsfKind)

const SUCCESS = { status: 1, severity: 1 } as const
const preauth = { class: 3002, activity: 6 } as const
const logon = { class: 3002, activity: 1 } as const

const kinds: Readonly<Record<EventType, Kind>> = {
  link_requested: { ...preauth, ...SUCCESS },
  link_sent: { ...preauth, ...SUCCESS },
  link_withheld: ({ reason }) => ({
    ...{ ...preauth, status: 2, severity: 1 },
    control: reason === "already_signed_in" ? [2, 6] : [2, 2],
  }),
  send_failed: ({ next }) => ({ ...preauth, status: 2, severity: next === "given_up" ? 2 : 1 }),
  link_prefetched: { class: 3002, activity: 99, name: "Link Prefetched", status: 0, severity: 1, control: [3, 17] },
  link_consumed: { ...preauth, ...SUCCESS },
  // A link that comes again after it signed somebody in may have been stolen.
  consume_failed: ({ reason }) => ({ ...logon, status: 2, severity: reason === "used" ? 3 : 2 }),
  user_created: { class: 3001, activity: 1, ...SUCCESS },
  provider_used: { class: 3002, activity: 99, name: "Provider Used", ...SUCCESS },
  session_created: { ...logon, ...SUCCESS },
  session_revoked: { class: 3002, activity: 2, ...SUCCESS },
  rate_limited: ({ limit }) => ({
    ...(limit === "redeem_client" ? logon : preauth),
    status: 2,
    severity: 2,
    control: [2, 2],
  }),
  links_revoked: { class: 3002, activity: 99, name: "Links Revoked", ...SUCCESS },
  user_disabled: { class: 3001, activity: 5, status: 1, severity: 2 },
  user_enabled: { class: 3001, activity: 2, status: 1, severity: 2 },
  user_erased: { class: 3001, activity: 6, status: 1, severity: 2 },
  admin_action: ({ action }) => ({ class: 3004, activity: action === "audit_pruned" ? 4 : 3, status: 1, severity: 2 }),
  checkpoint_signed: { class: 3004, activity: 10, status: 1, severity: 2 },
}

/** Application events are base events: only the application knows what they mean. */
export function ocsfKind(event: ExportedEvent): OcsfKind {
  if (event.state === "missing") return { class: 0, activity: 99, name: `event_${event.state}`, status: 2, severity: 5 }
  const known = Object.hasOwn(kinds, event.type) ? kinds[event.type as EventType] : null
  const kind = typeof known === "function" ? known(event.detail) : (known ?? applicationKind(event.type))
  return event.state === "altered" ? { ...kind, severity: 5 } : kind
}

function applicationKind(name: string): OcsfKind {
  return { class: 0, activity: 99, name, status: 0, severity: 1 }
}
