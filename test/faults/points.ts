/** A place where a process can be made to end: named for what has just happened, or is about to. */
export type Point = string

/** Called at each point that is passed. It may never return. */
export type Pass = (point: Point) => void

/** The methods of the store on the path from asking to signing out, as `port.method`. */
export const STORE_METHODS = [
  "requests.open",
  "requests.latest",
  "links.mint",
  "links.inspect",
  "links.notePrefetch",
  "links.redeem",
  "codes.redeem",
  "sessions.check",
  "sessions.revoke",
  "outbox.claim",
] as const

/** What a process asks of the store to seal the log, in the order of a pass. */
export const SEALING_METHODS = [
  "sealing.lease",
  "sealing.unsealed",
  "sealing.extend",
  "sealing.sign",
  "sealing.cosign",
] as const

/** Inside of pruning a bundle on SQLite. */
export const SQLITE_PRUNING = [
  "insert audit_prunes",
  "delete auth_event_pii",
  "delete auth_events",
  "update audit_log min_index",
] as const

/** Where checkpoints of a site go. */
const OUTLETS = ["file", "witness"] as const

/** `outbox.settle` by what it says of the mail. */
const SETTLEMENTS = ["sent", "failed", "withheld"] as const

/** What a mail server has heard so far of a message. */
export const SMTP_STAGES = ["greeted", "mail-from", "rcpt-to", "data-begun", "data-ended"] as const
export type SmtpStage = (typeof SMTP_STAGES)[number]

/** Each write of a decision on SQLite, by table and first column, in the order of the path. */
const SQLITE_WRITES = [
  "insert rate_limits",
  "insert sign_in_requests",
  "insert outbox",
  "insert auth_event_pii",
  "insert auth_events",
  "update outbox lease_id",
  "insert magic_link_tokens",
  "update outbox state",
  "update magic_link_tokens superseded_at",
  "update outbox due_at",
  "update magic_link_tokens prefetched_at",
  "update magic_link_tokens match_tries",
  "update sign_in_requests code_tries",
  "update magic_link_tokens consumed_at",
  "update sign_in_requests closed_at",
  "insert users",
  "update users closed_through",
  "insert user_providers",
  "insert sessions",
  "update sessions revoked_at",
]

/** The same of sealing. */
const SQLITE_SEALING_WRITES = [
  "update audit_log holder",
  "insert audit_tiles",
  "insert audit_bundles",
  "update audit_log size",
  "insert audit_checkpoints",
]

const around = (names: readonly string[]) => names.flatMap((name) => [`before:${name}`, `after:${name}`])

/** Around each method of a port: they are the same for every store and every transport. */
const PORT_POINTS: readonly Point[] = [
  ...around(STORE_METHODS),
  ...around(SETTLEMENTS.map((status) => `outbox.settle-${status}`)),
  ...around(["mail.send"]),
]
/** Only who holds the lease on sealing passes these, but for the first. */
const SEALING_POINTS: readonly Point[] = around([...SEALING_METHODS, ...OUTLETS.map((name) => `outlet.${name}`)])
const SMTP_POINTS: readonly Point[] = SMTP_STAGES.map((stage) => `smtp:${stage}`)
/** Inside a shared commit of SQLite. */
const SQLITE_POINTS: readonly Point[] = [
  ...around(["begin"]),
  ...[...SQLITE_WRITES, ...SQLITE_SEALING_WRITES].map((write) => `after:${write}`),
  ...around(["commit"]),
].map((name) => `sqlite:${name}`)

export type Engine = "sqlite" | "postgres"

/** Every point that a site on this engine passes. */
export function pointsOn(engine: Engine): readonly Point[] {
  return [...PORT_POINTS, ...SEALING_POINTS, ...SMTP_POINTS, ...(engine === "sqlite" ? SQLITE_POINTS : [])]
}

/** Whether a process gets there only while it seals. */
export function isOfSealing(point: Point): boolean {
  return /:(?:sealing\.|outlet\.|(?:insert|update) audit_)/.test(point)
}
