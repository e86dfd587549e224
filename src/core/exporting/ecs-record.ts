import { isoTime } from "../clock.ts"
import { countOf, textOf } from "./detail-values.ts"
import { ecsKind } from "./ecs-kind.ts"
import { eventMessage } from "./event-message.ts"
import type { ExportScope } from "./export-scope.ts"
import type { ExportedEvent, ReadEvent } from "./exported-event.ts"
import { isCommand } from "./is-command.ts"
import { owaspEvent } from "./owasp-event.ts"
import { shownAddress } from "./shown-address.ts"

export const ECS_VERSION = "9.4.0"

type Fields = Readonly<Record<string, unknown>>

/** A record of the Elastic Common Schema, as JSON. */
export function ecsRecord(event: ExportedEvent, scope: ExportScope): string {
  const isRead = event.state !== "missing"
  return JSON.stringify({
    "@timestamp": isoTime(event.at),
    message: eventMessage(event),
    ecs: { version: ECS_VERSION },
    event: { ...eventFields(event), ...(isRead && readEventFields(event)) },
    service: { name: "Linklatch", type: "linklatch", version: scope.version, id: scope.origin ?? undefined },
    ...(isRead && whoFields(event, scope)),
    ...(isRead && flowFields(event)),
    labels: { ...(isRead && detailLabels(event)), ...logLabels(event, scope) },
  })
}

function eventFields(event: ExportedEvent): Fields {
  const { kind, category, type, outcome } = ecsKind(event)
  return {
    ...{ kind, outcome },
    category: category.length > 0 ? category : undefined,
    type: type.length > 0 ? type : undefined,
    action: event.state === "missing" ? `event_${event.state}` : event.type,
    ...{ module: "linklatch", provider: "linklatch", dataset: "linklatch.audit" },
    ...{ sequence: event.index, hash: event.hash },
  }
}

// With the leaf as it is and its hash, a record shows by itself whether it was changed on the way.
function readEventFields({ id, leaf, type, at, detail }: ReadEvent): Fields {
  const window = countOf(detail["windowSeconds"])
  const isSum = type === "rate_limited" && window !== undefined && (countOf(detail["count"]) ?? 0) > 1
  return {
    ...{ id, original: leaf },
    reason: textOf(detail["reason"]),
    ...(isSum && { start: isoTime(at - window * 1_000), end: isoTime(at) }),
  }
}

function flowFields({ type, detail }: ReadEvent): Fields {
  const request = textOf(detail["requestId"])
  const limit = textOf(detail["limit"])
  return {
    ...(request !== undefined && { trace: { id: request } }),
    ...(type === "rate_limited" && limit !== undefined && { rule: { name: limit, category: "rate limit" } }),
  }
}

function whoFields(event: ReadEvent, scope: ExportScope): Fields {
  const { userId, person } = event
  const address = shownAddress(person, scope)
  const isEmail = scope.isEmailClear && address !== null
  const who = { id: userId ?? undefined, name: address ?? undefined, email: isEmail ? address : undefined }
  const isSomebody = userId !== null || address !== null
  const isChange = ecsKind(event).category.includes("iam")
  const ip = person?.ip ?? null
  return {
    // `user` acts and `user.target` is acted on. People make their own account; a command or the application does the rest.
    ...(isSomebody && { user: isChange ? { ...(event.type === "user_created" && who), target: who } : who }),
    ...(ip !== null && { source: { ip } }),
    ...(person?.userAgent != null && !isCommand(event) && { user_agent: { original: person.userAgent } }),
    related: {
      user: isSomebody ? [userId, address].filter((one) => one !== null) : undefined,
      ip: ip === null ? undefined : [ip],
      hash: [event.hash],
    },
  }
}

// Labels are flat texts; a dot in a name would make an object of it.
function detailLabels(event: ReadEvent): Fields {
  const { type, detail, person } = event
  const isOurs = !type.includes(".")
  const named = Object.entries(detail).map(([name, value]) => [
    isOurs ? ourLabel(name) : theirLabel(name),
    label(value),
  ])
  return { ...Object.fromEntries(named), command: (isCommand(event) ? person?.userAgent : null) ?? undefined }
}

function label(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value)
}

function ourLabel(name: string): string {
  if (name === "sessionId") return "session_public_id"
  return plainName(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
}

function theirLabel(name: string): string {
  return `detail_${plainName(name)}`
}

function plainName(name: string): string {
  return name.replace(/[^\p{L}\p{N}_-]/gu, "_") || "_"
}

function logLabels(event: ExportedEvent, { origin, checkpointSize }: ExportScope): Fields {
  return {
    owasp_event: (event.state === "missing" ? null : owaspEvent(event)) ?? undefined,
    log_origin: origin ?? undefined,
    log_checkpoint_size: checkpointSize === null ? undefined : String(checkpointSize),
    log_state: event.state,
  }
}
