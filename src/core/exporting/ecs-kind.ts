import type { EventType } from "../audit/event.ts"
import type { ExportedEvent } from "./exported-event.ts"

/** What an event is in the Elastic Common Schema: its categorisation fields. */
export interface EcsKind {
  readonly kind: "event" | "alert"
  readonly category: readonly string[]
  readonly type: readonly string[]
  readonly outcome: "success" | "failure" | "unknown"
}

type Kind = Omit<EcsKind, "kind">

const authentication = (type: readonly string[], outcome: Kind["outcome"]): Kind => ({
  ...{ category: ["authentication"], type, outcome },
})
const iam = (type: readonly string[]): Kind => ({ category: ["iam"], type, outcome: "success" })

const kinds: Readonly<Record<EventType, Kind>> = {
  link_requested: authentication(["info", "start"], "success"),
  link_sent: { category: ["authentication", "email"], type: ["info"], outcome: "success" },
  link_withheld: authentication(["info"], "failure"),
  send_failed: { category: ["authentication", "email"], type: ["info"], outcome: "failure" },
  link_prefetched: authentication(["info"], "unknown"),
  link_consumed: authentication(["info"], "success"),
  consume_failed: authentication(["info"], "failure"),
  user_created: iam(["user", "creation"]),
  provider_used: authentication(["info"], "success"),
  session_created: { category: ["authentication", "session"], type: ["start"], outcome: "success" },
  session_revoked: { category: ["session"], type: ["end"], outcome: "success" },
  // `denied` belongs to the first category, `info` to the second.
  rate_limited: { category: ["intrusion_detection", "authentication"], type: ["denied", "info"], outcome: "failure" },
  links_revoked: authentication(["info"], "success"),
  user_disabled: iam(["user", "change"]),
  user_enabled: iam(["user", "change"]),
  user_erased: iam(["user", "deletion"]),
  admin_action: { category: ["configuration"], type: ["deletion"], outcome: "success" },
  checkpoint_signed: { category: ["configuration"], type: ["creation"], outcome: "success" },
}
const damage: Kind = { category: ["intrusion_detection"], type: ["info"], outcome: "failure" }
// Only the application knows what its events mean, and the schema wants no category rather than a wrong one.
const application: Kind = { category: [], type: [], outcome: "unknown" }

/** An event that isn't what was sealed is an alert, whatever it says. */
export function ecsKind(event: ExportedEvent): EcsKind {
  if (event.state === "missing") return { kind: "alert", ...damage }
  const known = Object.hasOwn(kinds, event.type) ? kinds[event.type as EventType] : application
  return event.state === "altered" ? { kind: "alert", ...damage } : { kind: "event", ...known }
}
