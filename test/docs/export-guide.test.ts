import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { ECS_VERSION, ecsRecord } from "../../src/core/exporting/ecs-record.ts"
import { OCSF_VERSION, ocsfRecord } from "../../src/core/exporting/ocsf-record.ts"
import { owaspEvent } from "../../src/core/exporting/owasp-event.ts"
import { details, sampleEvent, scope } from "../exporting/sample-events.ts"

const guide = readFileSync("docs/guides/export-the-log.md", "utf8")

/** Each value once, in the order in which details bring them up. */
const all = (values: readonly string[]) => [...new Set(values)].filter((value) => value !== "").join("<br>")
const code = (text: string | null) => (text === null ? "" : `\`${text}\``)
const eventsOf = (type: string, some: readonly object[]) => some.map((detail) => sampleEvent(type, detail))

const ocsfRows = Object.entries(details).map(([type, some]) => {
  const told = eventsOf(type, some).map((event) => JSON.parse(ocsfRecord(event, scope)))
  const kinds = all(told.map(({ type_name, type_uid }) => `${type_name}, ${type_uid}`))
  return `| ${code(type)} | ${kinds} | ${all(told.map(({ status }) => status))} | ${all(told.map((one) => one.severity))} |`
})

const ecsRows = Object.entries(details).map(([type, some]) => {
  const told = eventsOf(type, some).map((event) => JSON.parse(ecsRecord(event, scope)).event)
  const words = all(eventsOf(type, some).map((event) => code(owaspEvent(event))))
  return `| ${code(type)} | ${all(told.map(({ category }) => category.join(", ")))} | ${all(told.map((one) => one.type.join(", ")))} | ${all(told.map(({ outcome }) => outcome))} | ${words} |`
})

describe("docs/guides/export-the-log.md", () => {
  it.each([
    [
      "OCSF",
      ["| event | OCSF: `type_name`, `type_uid` | status | severity |", "| --- | --- | --- | --- |", ...ocsfRows],
    ],
    [
      "ECS and OWASP's vocabulary (LOG-8)",
      ["| event | ECS: category | type | outcome | OWASP |", "| --- | --- | --- | --- | --- |", ...ecsRows],
    ],
  ])("says what becomes of each event in %s", (_what, table) => {
    expect(guide).toContain(`\n${table.join("\n")}\n`)
  })

  it("names the versions of the schemas", () => {
    expect(guide).toContain(`(https://schema.ocsf.io) ${OCSF_VERSION}`)
    expect(guide).toContain(`(https://www.elastic.co/docs/reference/ecs) ${ECS_VERSION}`)
  })
})
