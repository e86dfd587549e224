import type { MailConfig, Mode } from "./server-config.ts"
import type { FaultList } from "./setting-fault.ts"
import type { VariableValues } from "./variables.ts"

const SENDER_CURE = "Give it as: Example <login@example.com>"

/** How mail leaves. Without a transport, development keeps it on this machine and production is at fault. */
export function readMailConfig(
  values: VariableValues,
  mode: Mode,
  fallback: "mailbox" | "log",
  faults: FaultList,
): MailConfig {
  const { SMTP_URL: smtpUrl, RESEND_API_KEY: apiKey } = values
  if (smtpUrl !== undefined && apiKey !== undefined) {
    faults.add("SMTP_URL", "SMTP_URL and RESEND_API_KEY are both set.", "Keep the one that should send.")
  }
  if (apiKey !== undefined) return readResend(apiKey, values, faults)
  if (smtpUrl !== undefined)
    return { by: "smtp", url: smtpUrl, from: readSender("MAIL_FROM", values.MAIL_FROM, faults) }
  // Where one of them is set but unreadable, that fault says enough.
  const isHalfSet = ["SMTP_URL", "RESEND_API_KEY"].some((name) => faults.has(name))
  if (mode === "production" && !isHalfSet) {
    const cure = "Set SMTP_URL and MAIL_FROM, or RESEND_API_KEY and RESEND_FROM."
    faults.add("SMTP_URL", "There is no way to send mail.", cure)
    if (values.MAIL_FROM === undefined && values.RESEND_FROM === undefined) readSender("MAIL_FROM", undefined, faults)
  }
  return { by: fallback }
}

function readResend(apiKey: string, values: VariableValues, faults: FaultList): MailConfig {
  // One sender for both transports is enough: MAIL_FROM stands in.
  const from = values.RESEND_FROM ?? (faults.has("RESEND_FROM") ? undefined : values.MAIL_FROM)
  return {
    by: "resend",
    apiKey,
    from: readSender("RESEND_FROM", from, faults),
    baseUrl: values.RESEND_BASE_URL ?? null,
  }
}

function readSender(variable: "MAIL_FROM" | "RESEND_FROM", from: string | undefined, faults: FaultList): string {
  if (from === undefined && !faults.has(variable)) faults.add(variable, "The mail has no sender.", SENDER_CURE)
  return from ?? "nobody@invalid.invalid"
}
