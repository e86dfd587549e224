import { code, fence, page, table } from "./markdown.ts"
import { readModule } from "./read-module.ts"

const EVENTS = "src/core/audit/event.ts"

/** Every event of the audit log, from the types that the stores write by. */
export function eventsPage(): string {
  const { declarations } = readModule(EVENTS)
  const events = declarations.get("EventDetail")
  const types = ["WithheldReason", "ConsumeFailure", "RevokeReason", "Actor", "LimitName"]
  const names = [...(events?.text.matchAll(/^ {2}(\w+):/gm) ?? [])].map(([, name = ""]) => name)
  const rows = names.map((name) => [
    code(name),
    detailOf(name),
    events?.members.find((one) => one.name === name)?.doc ?? "",
  ])
  return page(
    "# Events",
    "What stands in the audit log, the table `auth_events`. Every event also has `seq`, `id`, `at` (milliseconds since the epoch) and `userId`; who was at the other end (mail address, client address, user agent) stands beside it in `auth_event_pii`, where it can be erased.",
    table(["event", "detail", "when"], rows),
    "Events of your own have a dot in their name, and go in with [`auth.audit.record`](library.md#auth).",
    "## Values",
    ...types.map((name) => {
      const { doc = "", text = "" } = declarations.get(name) ?? {}
      return page(doc, fence("ts", text.replace(/^export /, ""))).trim()
    }),
  )

  function detailOf(name: string): string {
    const inner = events?.members.filter((member) => member.name.startsWith(`${name}.`)) ?? []
    return inner.map((member) => code(`${member.name.slice(name.length + 1)}: ${member.type}`)).join(", ")
  }
}
