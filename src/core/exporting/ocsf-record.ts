import type { EventPerson } from "../audit/event.ts"
import { countOf, textOf } from "./detail-values.ts"
import { eventMessage } from "./event-message.ts"
import type { ExportScope } from "./export-scope.ts"
import type { ExportedEvent, ReadEvent } from "./exported-event.ts"
import { isCommand } from "./is-command.ts"
import {
  type OcsfKind,
  ocsfActions,
  ocsfClasses,
  ocsfDispositions,
  ocsfKind,
  ocsfSeverities,
  ocsfStatuses,
} from "./ocsf-kind.ts"
import { owaspEvent } from "./owasp-event.ts"
import { shownAddress } from "./shown-address.ts"

export const OCSF_VERSION = "1.8.0"

type Fields = Readonly<Record<string, unknown>>

// What OCSF takes for a mail address: `email_t`. Ours may be of a domain without a dot, where a site allows that.
const EMAIL = /^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+$/
const PROTOCOLS: Readonly<Record<string, string>> = { magic_link: "Magic Link", email_code: "E-mail Code" }

/** A record of the Open Cybersecurity Schema Framework, as JSON. */
export function ocsfRecord(event: ExportedEvent, scope: ExportScope): string {
  const kind = ocsfKind(event)
  return JSON.stringify({
    ...classification(kind),
    time: event.at,
    message: eventMessage(event),
    metadata: metadata(event, kind, scope),
    ...(event.state === "missing" ? missingFields(event, scope) : readFields(event, kind, scope)),
  })
}

function classification({ class: classUid, activity, name, status, severity, control }: OcsfKind): Fields {
  const { caption, category, categoryName, activities } = ocsfClasses[classUid]
  const activityName = name ?? (activities as Readonly<Record<number, string>>)[activity]
  return {
    ...{ category_uid: category, category_name: categoryName, class_uid: classUid, class_name: caption },
    ...{ activity_id: activity, activity_name: activityName },
    ...{ type_uid: classUid * 100 + activity, type_name: `${caption}: ${activity === 99 ? "Other" : activityName}` },
    ...{ severity_id: severity, severity: ocsfSeverities[severity], status_id: status, status: ocsfStatuses[status] },
    ...(control && {
      ...{ action_id: control[0], action: ocsfActions[control[0]] },
      ...{ disposition_id: control[1], disposition: ocsfDispositions[control[1]] },
    }),
  }
}

function metadata(event: ExportedEvent, kind: OcsfKind, { version, origin }: ExportScope): Fields {
  const profiles = [...(kind.control ? ["security_control"] : []), ...(kind.class === 0 ? ["host"] : [])]
  return {
    version: OCSF_VERSION,
    product: { name: "Linklatch", vendor_name: "Linklatch", version },
    profiles,
    log_provider: "linklatch",
    log_name: origin ?? undefined,
    sequence: event.index,
    ...("id" in event && {
      ...{ uid: event.id, event_code: event.type },
      correlation_uid: textOf(event.detail["requestId"]),
    }),
  }
}

function missingFields({ state, hash }: ExportedEvent, scope: ExportScope): Fields {
  return { unmapped: { log: { state, leaf_hash: hash, checkpoint_size: scope.checkpointSize } } }
}

function readFields(event: ReadEvent, kind: OcsfKind, scope: ExportScope): Fields {
  const { detail, state, leaf, hash, person } = event
  return {
    status_code: kind.class === 3002 ? textOf(detail["reason"]) : undefined,
    ...(kind.class === 0 ? baseFields(event, scope) : iamFields(event, kind, scope)),
    ...(kind.class === 3002 && authenticationFields(event, scope)),
    ...(kind.class === 3004 && { entity: managedEntity(event, scope) }),
    raw_data: leaf,
    // RFC 6962 puts a zero before the leaf: plain SHA-256 of `raw_data` is another hash.
    raw_data_hash: { algorithm_id: 99, algorithm: "RFC 6962 leaf (SHA-256 of 0x00 and raw_data)", value: hash },
    unmapped: {
      ...{ detail, owasp_event: owaspEvent(event) ?? undefined },
      ...(isCommand(event) && person?.userAgent != null && { command: person.userAgent }),
      ...(kind.class === 0 && person !== null && { ip: person.ip, user_agent: person.userAgent }),
      log: { state, checkpoint_size: scope.checkpointSize },
    },
  }
}

// A base event has no user; the profile `host` lends it one who acted.
function baseFields(event: ReadEvent, scope: ExportScope): Fields {
  const isKnown = event.userId !== null || shownAddress(event.person, scope) !== null
  return isKnown ? { actor: { user: user(event, scope) } } : {}
}

function iamFields(event: ReadEvent, kind: OcsfKind, scope: ExportScope): Fields {
  const { detail, person } = event
  const by = detail["by"]
  const actor =
    by === "cli" || by === "application" ? { app_name: by === "cli" ? "linklatch" : "application" } : undefined
  return {
    ...(kind.class !== 3004 && { user: user(event, scope) }),
    actor,
    ...(person?.ip != null && { src_endpoint: { ip: person.ip } }),
    ...(person?.userAgent != null && !isCommand(event) && { http_request: { user_agent: person.userAgent } }),
  }
}

function user(
  { userId, person }: { readonly userId: string | null; readonly person: EventPerson | null },
  scope: ExportScope,
): Fields {
  const address = shownAddress(person, scope)
  const isKnown = userId !== null
  return {
    ...{ type_id: isKnown ? 1 : 0, type: isKnown ? "User" : "Unknown", uid: userId ?? undefined },
    // Somebody must be named: an address that only asked has no user, and may be erased.
    name: address ?? (isKnown ? undefined : "unknown"),
    ...(scope.isEmailClear && address !== null && EMAIL.test(address) && { email_addr: address }),
  }
}

function authenticationFields({ type, at, detail }: ReadEvent, { origin }: ExportScope): Fields {
  const isByLink = type === "link_consumed" || type === "consume_failed"
  const way = textOf(detail["provider"]) ?? (isByLink ? textOf(detail["by"]) : undefined)
  const isMail = way === "magic_link" || way === "email_code"
  const sessionId = textOf(detail["sessionId"])
  return {
    service: { name: "Linklatch", uid: origin ?? undefined },
    is_remote: true,
    is_mfa: false,
    ...(way !== undefined && { auth_protocol_id: 99, auth_protocol: PROTOCOLS[way] ?? way }),
    ...(isMail && { auth_factors: [{ factor_type_id: 8, factor_type: "Email" }] }),
    ...(type === "session_created" && { is_new_logon: true }),
    ...(sessionId !== undefined && { session: session(sessionId, { type, at, detail }) }),
    ...(type === "rate_limited" && limitFields(at, detail)),
  }
}

function session(uid: string, { type, at, detail }: Pick<ReadEvent, "type" | "at" | "detail">): Fields {
  const known = { uid, is_mfa: false, is_remote: true }
  if (type === "session_created") return { ...known, created_time: at }
  return { ...known, expiration_reason: textOf(detail["reason"]) }
}

// One event may stand for all further refusals of a window, which ended when it was written.
function limitFields(at: number, detail: Fields): Fields {
  const name = textOf(detail["limit"])
  const count = countOf(detail["count"])
  const window = countOf(detail["windowSeconds"])
  const isSum = count !== undefined && count > 1 && window !== undefined
  return {
    ...(name !== undefined && { policy: { name, uid: name, is_applied: true } }),
    count,
    ...(isSum && { start_time: at - window * 1_000, end_time: at }),
  }
}

function managedEntity({ type, detail }: ReadEvent, { origin }: ExportScope): Fields {
  return type === "checkpoint_signed"
    ? { name: textOf(detail["origin"]) ?? "unknown", uid: textOf(detail["key"]), type_id: 99, type: "Log Key" }
    : { name: origin ?? "audit log", type_id: 99, type: "Audit Log" }
}
