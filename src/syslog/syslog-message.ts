import { isoTime } from "../core/clock.ts"

export interface SyslogMessage {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly severity: keyof typeof SEVERITIES
  /** MSGID: what kind of message it is, as `checkpoint`; at most 32 characters of ASCII without spaces. */
  readonly kind: string
  /** Structured data: parameters by the name of their element, as `{ checkpoint: { size: 12 } }`. Names as for `kind`, without `=`, `]` and `"`. */
  readonly data: Readonly<Record<string, Readonly<Record<string, string | number>>>>
  /** One line. */
  readonly text: string
}

export interface SyslogSender {
  readonly host: string
  readonly program: string
  readonly processId: number
}

/** RFC 5424 §6.2.1. */
const SEVERITIES = { error: 3, warning: 4, notice: 5, informational: 6 } as const
/** Log audit. */
const FACILITY = 13
/**
 * Names of elements that IANA hasn't registered carry the number of an enterprise. We have none: this is the one that RFC 5612 keeps for
 * documents.
 */
const ENTERPRISE = 32_473
const BOM = "\uFEFF"

/** One message as RFC 5424 wants it, in bytes. */
export function writeSyslogMessage(message: SyslogMessage, sender: SyslogSender): Buffer {
  const { at, severity, kind, data, text } = message
  const header = [
    `<${FACILITY * 8 + SEVERITIES[severity]}>1`,
    isoTime(at),
    word(sender.host, 255),
    word(sender.program, 48),
    word(String(sender.processId), 128),
    word(kind, 32),
  ]
  return Buffer.from(`${header.join(" ")} ${writeData(data)}${writeText(text)}`)
}

function word(text: string, most: number): string {
  return text.replace(/[^!-~]/g, "").slice(0, most) || "-"
}

function writeData(data: SyslogMessage["data"]): string {
  const elements = Object.entries(data).map(([name, parameters]) => {
    const pairs = Object.entries(parameters).map(
      ([key, value]) => ` ${nameOf(key, 32)}="${escapeValue(String(value))}"`,
    )
    return `[${nameOf(name, 32 - `@${ENTERPRISE}`.length)}@${ENTERPRISE}${pairs.join("")}]`
  })
  return elements.join("") || "-"
}

function nameOf(text: string, most: number): string {
  return text.replace(/[^!-~]|[="\]@]/g, "").slice(0, most) || "unnamed"
}

// RFC 5424 §6.3.3.
function escapeValue(value: string): string {
  return withoutControls(value).replace(/["\\\]]/g, "\\$&")
}

// RFC 5424 §6.4: what isn't ASCII says by its first bytes that it is UTF-8.
function writeText(text: string): string {
  if (text === "") return ""
  const line = withoutControls(text)
  return /^[ -~]*$/.test(line) ? ` ${line}` : ` ${BOM}${line}`
}

// A receiver that writes lines would take what follows a line feed for a message of its own.
function withoutControls(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}+/gu, " ")
}
