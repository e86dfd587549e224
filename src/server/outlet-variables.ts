import * as v from "valibot"
import { readOutletUrl } from "../checkpoints/outlet-url.ts"
import { readWebhookSecret } from "../checkpoints/webhook-secret.ts"
import { COSIGNATURE, readVerifierKey } from "../core/notes/verifier-key.ts"
import { readSyslogUrl } from "../syslog/syslog-url.ts"
import type { WitnessConfig } from "./server-config.ts"
import { line, list, splitList, type Variable } from "./variable-shapes.ts"

const witnesses = v.pipe(
  list,
  v.check((items) => items.every((item) => readWitness(item) !== null), "It is not a list of witnesses."),
  v.transform((items) => items.map((item) => readWitness(item) as WitnessConfig)),
)
const syslogUrl = v.pipe(
  v.string(),
  v.check((text) => readSyslogUrl(text) !== null, "It is not the address of a syslog server."),
)
const webhookUrl = v.pipe(
  v.string(),
  v.check((text) => readOutletUrl(text) !== null, "It is not an https address."),
)
const webhookSecrets = v.pipe(
  list,
  v.check(
    (items) => items.every((item) => readWebhookSecret(item) !== null),
    "It is not a secret of Standard Webhooks.",
  ),
)

/** Where the audit log's checkpoints go. */
export const outletVariables = {
  AUDIT_CHECKPOINT_FILE: {
    schema: v.pipe(
      line,
      v.check((text) => !text.includes("\0"), "It is not a path."),
    ),
    says: "Takes the audit log's checkpoints: a file out of the database's reach",
    cure: "Name a file in a folder that is there, as /var/lib/linklatch-log/checkpoints.",
  },
  AUDIT_WITNESSES: {
    schema: witnesses,
    says: "Sign the audit log's checkpoints: a list of witnesses, each with its verifier key, a space, and its address",
    cure: "Give each as: witness.example.org/w1+1a2b3c4d+BA… https://witness.example.org. Plain http works on this machine only.",
    show: (text) => (splitList(text).every((item) => readWitness(item) !== null) ? text : "(unreadable)"),
  },
  AUDIT_SYSLOG: {
    schema: syslogUrl,
    says: "Takes the audit log's checkpoints: a syslog server",
    cure: "Give tls://log.example.com:6514, tcp://…:514 or udp://…:514, with nothing after it.",
    isUrl: true,
  },
  AUDIT_WEBHOOK_URL: {
    schema: webhookUrl,
    says: "Takes the audit log's checkpoints: an address that they are posted to",
    cure: "Give an https address without credentials. Plain http works on this machine only.",
    isUrl: true,
  },
  AUDIT_WEBHOOK_SECRET: {
    schema: webhookSecrets,
    says: "Signs what is posted there; of a list, all sign",
    cure: "Make one with: echo whsec_$(openssl rand -base64 32)",
    isSecret: true,
  },
} as const satisfies Record<string, Variable>

function readWitness(item: string): WitnessConfig | null {
  const [key = "", url = "", ...more] = item.split(/\s+/)
  const isWitness = readVerifierKey(key)?.type === COSIGNATURE
  return isWitness && more.length === 0 && readOutletUrl(url)?.search === "" ? { key, url } : null
}
