import type { Address } from "../addresses/canonical-address.ts"
import { isoTime } from "../clock.ts"
import type { Log } from "../log.ts"
import type { AuditEvent } from "./event.ts"

/** Copies each committed event to the structured log as `auth_event`; mail addresses are masked unless asked for. */
export function mirrorEvent(event: AuditEvent, log: Log, isEmailClear: boolean): void {
  const { person } = event
  log.info("auth_event", {
    type: event.type,
    id: event.id,
    at: isoTime(event.at),
    userId: event.userId,
    email: person?.address == null ? null : isEmailClear ? person.address : maskAddress(person.address),
    ip: person?.ip ?? null,
    userAgent: person?.userAgent ?? null,
    detail: event.detail,
  })
}

/** `a…@example.com`: enough to find one's way, too little to write to. */
export function maskAddress(address: Address): string {
  return `${address.slice(0, 1)}…${address.slice(address.indexOf("@"))}`
}
