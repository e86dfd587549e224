import { describe, expect, it } from "vitest"
import { ocsf } from "../../../test/exporting/ocsf-facts.ts"
import { ocsfFaults } from "../../../test/exporting/ocsf-faults.ts"
import { allEvents, details, missingEvent, sampleEvent, scope } from "../../../test/exporting/sample-events.ts"
import type { ExportScope } from "./export-scope.ts"
import type { ExportedEvent } from "./exported-event.ts"
import { OCSF_VERSION, ocsfRecord } from "./ocsf-record.ts"

const record = (event: ExportedEvent, some: Partial<ExportScope> = {}) =>
  JSON.parse(ocsfRecord(event, { ...scope, ...some }))
const types = (detail: object, type: string, uid = "type_uid") => record(sampleEvent(type, detail))[uid]

describe("a record of OCSF (AUD-12)", () => {
  it("holds what the published schema asks for, in every shape an event can have", () => {
    expect(OCSF_VERSION).toBe(ocsf.version)
    for (const some of [{}, { isEmailClear: true }, { origin: null, checkpointSize: null }]) {
      for (const event of [...allEvents, missingEvent]) {
        const told = record(event, some)
        expect(ocsfFaults(told), JSON.stringify(told)).toEqual([])
      }
    }
  })

  it.each([
    ["link_requested", 300206, 1],
    ["link_sent", 300206, 1],
    ["link_withheld", 300206, 2],
    ["send_failed", 300206, 2],
    ["link_prefetched", 300299, 0],
    ["link_consumed", 300206, 1],
    ["consume_failed", 300201, 2],
    ["user_created", 300101, 1],
    ["provider_used", 300299, 1],
    ["session_created", 300201, 1],
    ["session_revoked", 300202, 1],
    ["rate_limited", 300206, 2],
    ["links_revoked", 300299, 1],
    ["user_disabled", 300105, 1],
    ["user_enabled", 300102, 1],
    ["user_erased", 300106, 1],
    ["admin_action", 300404, 1],
    ["checkpoint_signed", 300410, 1],
  ] as const)("makes of %s type %i with status %i", (type, uid, status) => {
    const told = record(sampleEvent(type, details[type][0] ?? {}))
    expect([told.type_uid, told.status_id]).toEqual([uid, status])
  })

  it("says who, where, by what, in which place of the log and under which checkpoint", () => {
    const event = sampleEvent("session_created", details.session_created[0] ?? {})
    expect(record(event)).toMatchObject({
      time: event.at,
      is_new_logon: true,
      auth_protocol_id: 99,
      auth_protocol: "Magic Link",
      auth_factors: [{ factor_type_id: 8, factor_type: "Email" }],
      user: { uid: event.userId, name: "a…@example.com", type_id: 1 },
      src_endpoint: { ip: "2001:db8::7" },
      http_request: { user_agent: "Mozilla/5.0 (X11; Linux x86_64)" },
      service: { uid: "login.example.com/auth/log" },
      session: { uid: event.detail["sessionId"], created_time: event.at },
      metadata: { uid: event.id, sequence: 12, log_name: "login.example.com/auth/log", event_code: "session_created" },
      raw_data: event.leaf,
      raw_data_hash: { value: event.hash },
      unmapped: { log: { state: "sealed", checkpoint_size: 300 }, owasp_event: "session_created" },
    })
    expect(record(sampleEvent("link_sent", details.link_sent[0] ?? {})).metadata.correlation_uid).toBe(
      details.link_sent[0]?.requestId,
    )
  })

  it("shows mail addresses only where it is asked to", () => {
    const event = sampleEvent("link_requested", details.link_requested[0] ?? {}, { userId: null })
    expect(JSON.stringify(record(event))).not.toContain("ada@example.com")
    expect(record(event, { isEmailClear: true }).user).toMatchObject({
      ...{ name: "ada@example.com", email_addr: "ada@example.com" },
    })
  })

  it("makes more of a link that comes again after it was used, and most of what isn't as it was sealed", () => {
    expect(types({ by: "magic_link", reason: "expired", linkId: null }, "consume_failed", "severity_id")).toBe(2)
    expect(types({ by: "magic_link", reason: "used", linkId: null }, "consume_failed", "severity_id")).toBe(3)
    for (const event of [sampleEvent("user_created", {}, { state: "altered" }), missingEvent]) {
      expect(record(event)).toMatchObject({ severity_id: 5, unmapped: { log: { state: event.state } } })
    }
  })

  it("counts refusals of a limit, and says between when they were", () => {
    const told = record(sampleEvent("rate_limited", { limit: "redeem_client", count: 40, windowSeconds: 900 }))
    expect(told).toMatchObject({
      ...{ type_uid: 300201, action_id: 2, disposition_id: 2, policy: { name: "redeem_client" }, count: 40 },
      ...{ start_time: told.time - 900_000, end_time: told.time },
    })
  })

  it("says which program acted on somebody's account", () => {
    const told = record(sampleEvent("user_disabled", { by: "cli" }, { person: null }))
    expect(told.actor).toEqual({ app_name: "linklatch" })
    expect(record(sampleEvent("user_disabled", { by: "application" })).actor).toEqual({ app_name: "application" })
  })
})

describe("the check of a record against OCSF", () => {
  const good = record(sampleEvent("rate_limited", { limit: "ask_client", count: 40, windowSeconds: 900 }))
  it.each([
    ["a required attribute that is missing", { user: undefined }, "user: required"],
    ["an unknown one", { colour: "red" }, "colour: no such attribute"],
    ["an unknown one, deep inside", { user: { uid: "1", colour: "red" } }, "user.colour: no such attribute"],
    [
      "a required one that is missing, deep inside",
      { raw_data_hash: { value: "00" } },
      "raw_data_hash.algorithm_id: required",
    ],
    ["a value of no enum", { severity_id: 7 }, "severity_id: 7"],
    ["another type", { time: "now" }, "time:"],
    ["a caption of another value", { status: "Success" }, "status: Success"],
    ["99 without a name", { activity_id: 99, activity_name: undefined }, "activity_name: 99 needs a name"],
    ["a wrong type_uid", { type_uid: 300201 }, "type_uid:"],
    ["neither service nor endpoint", { service: undefined }, "needs one of service,dst_endpoint"],
    ["a profile that isn't named", { metadata: { ...good.metadata, profiles: [] } }, "policy: belongs to the profile"],
    ["a user without a name", { user: { type_id: 0 } }, "needs one of account,name,uid"],
    ["what is no mail address", { user: { uid: "1", email_addr: "a…@example.com" } }, "user.email_addr:"],
    ["what is no client address", { src_endpoint: { ip: "home" } }, "src_endpoint.ip:"],
    ["a class that nobody knows", { class_uid: 9999 }, "class_uid 9999"],
  ])("finds %s", (_what, change, fault) => {
    const broken = JSON.parse(JSON.stringify({ ...good, ...change }))
    expect(ocsfFaults(broken).join("\n")).toContain(fault)
  })
})
