import { code, fence, page, table } from "./markdown.ts"
import { readModule } from "./read-module.ts"

const EVENTS = "src/core/audit/event.ts"

/** Every event of the audit log, from the types that the stores write by. */
export function eventsPage(): string {
  const { declarations } = readModule(EVENTS)
  const types = ["WithheldReason", "ConsumeFailure", "RevokeReason", "Actor", "LimitName"]
  return page(
    "# Events",
    "What stands in the audit log, the table `auth_events`. Every event also has `seq`, `id`, `at` (milliseconds since the epoch) and `userId`; who was at the other end (mail address, client address, user agent) stands beside it in `auth_event_pii`, where it can be erased.",
    table(["event", "detail", "when"], eventRows()),
    "Events of your own have a dot in their name, and go in with [`auth.audit.record`](library.md#auth).",
    "## Values",
    ...types.map((name) => {
      const { doc = "", text = "" } = declarations.get(name) ?? {}
      return page(doc, fence("ts", text.replace(/^export /, ""))).trim()
    }),
  )
}

/** A page that lists what each event's detail holds between two comments, as it should read. */
export function withEventDetails(text: string): string {
  const rows = eventRows().map(([name = "", detail = ""]) => [name, detail])
  const made = text.replace(/^<!-- events -->\n[\s\S]*?^<!-- \/events -->$/m, () =>
    ["<!-- events -->", table(["event", "detail"], rows), "<!-- /events -->"].join("\n"),
  )
  if (!text.includes("<!-- events -->")) throw new Error("The page has no place for the events.")
  return made
}

function eventRows(): readonly (readonly string[])[] {
  const events = readModule(EVENTS).declarations.get("EventDetail")
  const names = [...(events?.text.matchAll(/^ {2}(\w+):/gm) ?? [])].map(([, name = ""]) => name)
  return names.map((name) => {
    const inner = events?.members.filter((member) => member.name.startsWith(`${name}.`)) ?? []
    const detail = inner.map((member) => code(`${member.name.slice(name.length + 1)}: ${member.type}`)).join(", ")
    return [code(name), detail, events?.members.find((one) => one.name === name)?.doc ?? ""]
  })
}
