import type { Dump } from "../attack/dump-tables.ts"
import type { Death } from "./fleet.ts"

/**
 * For each death, the milliseconds until all that it held up was done: until another process was there in its place, or
 * until the last mail was sent whose lease it took along.
 */
export function recoveriesOf(tables: Dump, deaths: readonly Death[]): readonly number[] {
  const ends = new Map(deaths.map((death) => [death, death.replacedAt]))
  for (const { requestedAt, settledAt } of orphans(tables)) {
    const death = deaths.find(({ at }) => at >= requestedAt && at <= settledAt)
    if (death !== undefined) ends.set(death, Math.max(ends.get(death) ?? 0, settledAt))
  }
  return [...ends].map(([death, end]) => end - death.at)
}

/** Mail that was leased once more than it was tried: one of those who held it never said what became of it. */
function orphans(tables: Dump): readonly { readonly requestedAt: number; readonly settledAt: number }[] {
  const told = new Map<string, number>()
  for (const { type, detail } of tables["auth_events"] ?? []) {
    if (type !== "send_failed" && type !== "link_sent" && type !== "link_withheld") continue
    const { requestId } = JSON.parse(String(detail)) as { requestId: string }
    told.set(requestId, (told.get(requestId) ?? 0) + 1)
  }
  const requests = new Map((tables["sign_in_requests"] ?? []).map((row) => [row["request_id"], row["requested_at"]]))
  return (tables["outbox"] ?? [])
    .filter(({ request_id, attempts }) => Number(attempts) > (told.get(String(request_id)) ?? 0))
    .map(({ request_id, settled_at }) => ({
      requestedAt: Number(requests.get(request_id ?? null)),
      settledAt: Number(settled_at),
    }))
}
