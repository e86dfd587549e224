import type { SendOutcome } from "../core/mail/transport.ts"
import { networkFault } from "./network-fault.ts"

type Failure = Extract<SendOutcome, { readonly status: "failed" }>

/** What nodemailer says of a message that didn't go out. */
interface SmtpError {
  /** Nodemailer's own code. */
  readonly code?: unknown
  /** The code of the system error beneath. */
  readonly originalCode?: unknown
  /** The three digits of the server's answer. */
  readonly responseCode?: unknown
  /** The command that was answered. */
  readonly command?: unknown
}

// 530 authentication required, 534 mechanism too weak, 535 wrong credentials, 538 encryption required (RFC 4954 §6).
const AUTH_REPLIES = new Set([530, 534, 535, 538])
// Answers to these are about the message. An answer to anything before them is about us, and the next try may fare better.
const MESSAGE_COMMANDS = new Set(["MAIL FROM", "RCPT TO", "DATA"])
// Bad sequence of commands: the session is in a mess, the message is not.
const BAD_SEQUENCE = 503

/**
 * Sorts a failure into one that another try can't mend (RFC 5321 §4.2.1: 5yz) and one that it may. An operator's mistake,
 * such as a wrong password or certificate, is of the second kind: it must not cost people their mail once it is mended.
 */
export function smtpFailure(error: unknown): Failure {
  const { code, originalCode, responseCode, command } = (error ?? {}) as SmtpError
  const reply = isFailureReply(responseCode) ? responseCode : null
  if (code === "EAUTH" || (reply !== null && AUTH_REPLIES.has(reply))) return passing("smtp_auth")
  if (code === "ETLS") return passing("smtp_tls")
  if (code === "EABORT" || code === "ETIMEDOUT") return passing("timeout")
  if (reply !== null) {
    const isPermanent = reply >= 500 && reply !== BAD_SEQUENCE && MESSAGE_COMMANDS.has(String(command))
    return { status: "failed", isPermanent, reason: `smtp_${reply}` }
  }
  if (code !== "EDNS" && code !== "ESOCKET" && code !== "ECONNECTION" && code !== "EPROTOCOL") return passing("unknown")
  const fault = networkFault(String(code === "EDNS" ? code : originalCode))
  return passing(fault === "tls" ? "smtp_tls" : fault)
}

function passing(reason: string): Failure {
  return { status: "failed", isPermanent: false, reason }
}

function isFailureReply(reply: unknown): reply is number {
  return typeof reply === "number" && reply >= 400 && reply <= 599
}
