import type { AuditEvent } from "../core/audit/event.ts"
import { maskAddress } from "../core/audit/mirror-events.ts"
import { isoTime } from "../core/clock.ts"
import { quote } from "../server/pretty-line.ts"
import { columns } from "./columns.ts"

const WIDTHS = [20, 15, 26, 15]
// For searching, which `--json` is there for; a session's id is what `sessions revoke` takes.
const LEFT_OUT = new Set(["requestId", "linkId"])

/** An event on one line for people: `2026-11-21T13:04:05Z  session_created  a…@example.com  203.0.113.7  provider=…`. */
export function eventLine({ at, type, detail, person }: AuditEvent, isEmailClear: boolean): string {
  const said = Object.entries(detail)
    .filter(([name, value]) => value !== null && !LEFT_OUT.has(name))
    .map(([name, value]) => `${quote(name)}=${quote(value)}`)
  const client = person?.ip ?? ("by" in detail && detail.by === "cli" ? commandUser(person?.userAgent) : "-")
  const time = isoTime(at).replace(/\.\d+Z$/, "Z")
  return columns(WIDTHS, [time, quote(type), emailOf(person, isEmailClear) ?? "-", client, said.join(" ")])
}

/** The same for programs: all of it, in the shape of the log's `auth_event`, with its position. */
export function eventJson(event: AuditEvent, isEmailClear: boolean): string {
  const { seq, id, at, type, userId, person, detail } = event
  const { ip = null, userAgent = null } = person ?? {}
  const email = emailOf(person, isEmailClear)
  return JSON.stringify({ seq, id, at: isoTime(at), type, userId, email, ip, userAgent, detail })
}

function emailOf(person: AuditEvent["person"], isEmailClear: boolean): string | null {
  if (person === null || person.address === null) return null
  return isEmailClear ? person.address : maskAddress(person.address)
}

// A command says in the place of the browser who ran it: `linklatch/0.1.0 (users disable; root)`.
function commandUser(userAgent: string | null | undefined): string {
  const [, user = "-"] = /; ([^;)]+)\)$/.exec(userAgent ?? "") ?? []
  return quote(user)
}
