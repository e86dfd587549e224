import type { Answer } from "../answer.ts"
import { problemJson } from "../problems.ts"
import type { BodySchema, JsonOutcome } from "../read-json.ts"
import type { Visit } from "../visit.ts"

/** Refuses a body that can't be read, and says to whoever wrote it what was expected. Nothing of it is repeated. */
export function refuseBody(
  visit: Visit,
  status: Exclude<JsonOutcome<never>["status"], "read">,
  { entries }: BodySchema,
): Answer {
  if (status !== "bad_request") return problemJson(visit, status)
  const names = Object.keys(entries)
  const isOptional = (name: string) => entries[name]?.type === "nullish"
  const detail = visit.words.api.body(
    names.filter((name) => !isOptional(name)),
    names.filter(isOptional),
  )
  return problemJson(visit, "bad_request", { detail })
}
