import { describe, expect, it } from "vitest"
import { ecs } from "../../../test/exporting/ecs-facts.ts"
import { ecsFaults } from "../../../test/exporting/ecs-faults.ts"
import {
  allEvents,
  applicationDetail,
  details,
  missingEvent,
  sampleEvent,
  scope,
  terminal,
} from "../../../test/exporting/sample-events.ts"
import { ECS_VERSION, ecsRecord } from "./ecs-record.ts"
import type { ExportScope } from "./export-scope.ts"
import type { ExportedEvent } from "./exported-event.ts"

const record = (event: ExportedEvent, some: Partial<ExportScope> = {}) =>
  JSON.parse(ecsRecord(event, { ...scope, ...some }))

describe("a record of ECS (AUD-12)", () => {
  it("holds fields that are published, with values that are allowed, in every shape an event can have", () => {
    expect(ECS_VERSION).toBe(ecs.version)
    for (const some of [{}, { isEmailClear: true }, { origin: null, checkpointSize: null }]) {
      for (const event of [...allEvents, missingEvent]) {
        const told = record(event, some)
        expect(ecsFaults(told), JSON.stringify(told)).toEqual([])
      }
    }
  })

  it.each([
    ["link_requested", "authentication", "info start", "success"],
    ["link_sent", "authentication email", "info", "success"],
    ["link_withheld", "authentication", "info", "failure"],
    ["send_failed", "authentication email", "info", "failure"],
    ["link_prefetched", "authentication", "info", "unknown"],
    ["link_consumed", "authentication", "info", "success"],
    ["consume_failed", "authentication", "info", "failure"],
    ["user_created", "iam", "user creation", "success"],
    ["provider_used", "authentication", "info", "success"],
    ["session_created", "authentication session", "start", "success"],
    ["session_revoked", "session", "end", "success"],
    ["rate_limited", "intrusion_detection authentication", "denied info", "failure"],
    ["links_revoked", "authentication", "info", "success"],
    ["user_disabled", "iam", "user change", "success"],
    ["user_enabled", "iam", "user change", "success"],
    ["user_erased", "iam", "user deletion", "success"],
    ["admin_action", "configuration", "deletion", "success"],
    ["checkpoint_signed", "configuration", "creation", "success"],
  ] as const)("puts %s into %s, as %s, %s", (action, category, type, outcome) => {
    expect(record(sampleEvent(action, details[action][0] ?? {})).event).toMatchObject({
      ...{ kind: "event", action, outcome, category: category.split(" "), type: type.split(" ") },
    })
  })

  it("says who, where, in which place of the log and under which checkpoint", () => {
    const event = sampleEvent("consume_failed", { by: "magic_link", reason: "used", linkId: "link-1" })
    expect(record(event)).toMatchObject({
      "@timestamp": new Date(event.at).toISOString(),
      event: { id: event.id, sequence: 12, hash: event.hash, original: event.leaf, reason: "used" },
      user: { id: event.userId, name: "a…@example.com" },
      source: { ip: "2001:db8::7" },
      user_agent: { original: "Mozilla/5.0 (X11; Linux x86_64)" },
      related: { user: [event.userId, "a…@example.com"], ip: ["2001:db8::7"], hash: [event.hash] },
      labels: {
        ...{ link_id: "link-1", owasp_event: "authn_token_reuse" },
        ...{ log_origin: "login.example.com/auth/log", log_checkpoint_size: "300", log_state: "sealed" },
      },
    })
    const [revoked] = details.session_revoked
    expect(record(sampleEvent("session_revoked", revoked ?? {})).labels.session_public_id).toBe(revoked?.sessionId)
    const [sent] = details.link_sent
    expect(record(sampleEvent("link_sent", sent ?? {})).trace.id).toBe(sent?.requestId)
  })

  it("shows mail addresses only where it is asked to", () => {
    const event = sampleEvent("link_requested", details.link_requested[0] ?? {}, { userId: null })
    expect(JSON.stringify(record(event))).not.toContain("ada@example.com")
    expect(record(event, { isEmailClear: true }).user).toEqual({ name: "ada@example.com", email: "ada@example.com" })
  })

  it("tells the user that was changed from whoever did it", () => {
    const told = record(sampleEvent("user_disabled", { by: "cli" }, { person: terminal }))
    expect(told.user).toEqual({ target: { id: expect.any(String), name: "a…@example.com" } })
    expect(told.labels).toMatchObject({ by: "cli", command: "linklatch/0.1.0 (users disable; root)" })
    expect(told.user_agent).toBeUndefined()
    expect(record(sampleEvent("user_created", {})).user).toMatchObject({ id: expect.any(String), target: {} })
  })

  it("raises an alert over what isn't as it was sealed", () => {
    for (const event of [sampleEvent("user_created", {}, { state: "altered" }), missingEvent]) {
      expect(record(event)).toMatchObject({ event: { kind: "alert" }, labels: { log_state: event.state } })
    }
  })

  it("gives an application's details as labels, and claims no category for them", () => {
    const told = record(sampleEvent("shop.order_placed", applicationDetail))
    expect(told.event).not.toHaveProperty("category")
    expect(told.labels).toMatchObject({
      ...{ detail_order_id: "A 17", detail_total: "12.5", detail_gift: "false", detail_note: "null" },
    })
  })
})

describe("the check of a record against ECS", () => {
  const good = record(sampleEvent("rate_limited", { limit: "ask_client", count: 40, windowSeconds: 900 }))
  it.each([
    ["an unknown field", { colour: "red" }, "colour: no such field"],
    ["an unknown one, deep inside", { user: { colour: "red" } }, "user.colour: no such field"],
    ["a value that isn't allowed", { event: { ...good.event, kind: "bang" } }, "event.kind:"],
    ["a type of another category", { event: { ...good.event, type: ["denied", "user"] } }, "event.type user"],
    ["a category without a type", { event: { ...good.event, type: ["denied"] } }, "event.category authentication"],
    [
      "a text where a list should be",
      { event: { ...good.event, category: "iam" } },
      "event.category: should be a list",
    ],
    ["what is no client address", { source: { ip: "home" } }, "source.ip:"],
    ["what is no date", { "@timestamp": "now" }, "@timestamp:"],
    ["a number that isn't one", { event: { ...good.event, sequence: "12" } }, "event.sequence:"],
    ["a label that is an object", { labels: { a: {} } }, "labels.a"],
    ["a field that is missing", { event: { ...good.event, hash: undefined } }, "event.hash: missing"],
    ["another version", { ecs: { version: "1.0.0" } }, "ecs.version"],
  ])("finds %s", (_what, change, fault) => {
    const broken = JSON.parse(JSON.stringify({ ...good, ...change }))
    expect(ecsFaults(good)).toEqual([])
    expect(ecsFaults(broken).join("\n")).toContain(fault)
  })
})
