import { describe, expect, it } from "vitest"
import { DAY, HOUR, MINUTE } from "./clock.ts"
import type { LinklatchOptions } from "./options.ts"
import { readSettings } from "./settings.ts"
import type { Store } from "./store.ts"

const SECRET = "s".repeat(32)
/** Settings never look at the store. */
const store = {} as Store
const minimal: LinklatchOptions = { baseUrl: "https://example.com", siteName: "Example", secret: SECRET, store }

const read = (options: Partial<LinklatchOptions>) => readSettings({ ...minimal, ...options })
/** As plain JavaScript, or a server's environment, may call it. */
const faultsOf = (options: Record<string, unknown>) =>
  read(options as Partial<LinklatchOptions>).faults.map((fault) => fault.setting)

describe("the defaults", () => {
  it("are those of the documentation", () => {
    const { settings, faults } = readSettings(minimal)
    expect(faults).toEqual([])
    expect(settings).toMatchObject({
      origin: "https://example.com",
      isHttps: true,
      siteName: "Example",
      secrets: [SECRET],
      signUp: "open",
      allowedOrigins: [],
      linkTtl: 10 * MINUTE,
      sessionIdleTtl: 168 * HOUR,
      sessionTtl: 720 * HOUR,
      limits: {
        askClient: { max: 5, windowMs: 15 * MINUTE },
        askAddress: { max: 3, windowMs: 60 * MINUTE },
        askBrowser: { max: 3, windowMs: 60 * MINUTE },
        redeemClient: { max: 20, windowMs: 15 * MINUTE },
      },
      retention: { requests: 7 * DAY, sessions: 30 * DAY },
    })
    expect([settings.adminEmails.size, settings.allowedEmails.size, settings.allowedDomains.size]).toEqual([0, 0, 0])
  })

  it("hold for what is undefined as for what is left out", () => {
    const limits = { askClient: undefined, askAddress: undefined, askBrowser: undefined, redeemClient: undefined }
    const optional = {
      ...{ adminEmails: undefined, allowedEmails: undefined, allowedDomains: undefined, allowedOrigins: undefined },
      ...{ linkTtlMinutes: undefined, sessionIdleHours: undefined, sessionHours: undefined, signUp: undefined },
    }
    const retention = { requestDays: undefined, sessionDays: undefined }
    for (const options of [
      { limits: undefined, retention: undefined },
      { ...optional, limits, retention },
    ])
      expect(read(options)).toEqual(readSettings(minimal))
  })
})

describe("times", () => {
  it.each([4.1, 1 / 7, 0.7, 1e-9])(
    "of %d minutes, hours or days are whole milliseconds, as stores take no others",
    (time) => {
      const limit = { max: 1, minutes: time }
      const { settings, faults } = read({
        ...{ linkTtlMinutes: time, sessionIdleHours: time, sessionHours: time },
        limits: { askClient: limit, askAddress: limit, askBrowser: limit, redeemClient: limit },
        retention: { requestDays: 1 + time, sessionDays: 1 + time },
      })
      expect(faults).toEqual([])
      const { linkTtl, sessionIdleTtl, sessionTtl, limits, retention } = settings
      const windows = Object.values(limits).map((one) => one?.windowMs)
      for (const ms of [linkTtl, sessionIdleTtl, sessionTtl, ...windows, retention.requests, retention.sessions]) {
        expect(ms).toSatisfy(Number.isSafeInteger)
        expect(ms).toBeGreaterThan(0)
      }
    },
  )
})

describe("the base URL", () => {
  it.each([
    ["https://example.com", "https://example.com", true],
    ["https://example.com/", "https://example.com", true],
    ["HTTPS://Example.COM:443", "https://example.com", true],
    ["https://example.com:8443", "https://example.com:8443", true],
    ["http://localhost:3000", "http://localhost:3000", false],
    ["https://bücher.example", "https://xn--bcher-kva.example", true],
  ])("%s has the origin %s", (baseUrl, origin, isHttps) => {
    const { settings, faults } = read({ baseUrl })
    expect(faults).toEqual([])
    expect(settings).toMatchObject({ origin, isHttps })
  })

  it.each([
    undefined,
    null,
    42,
    "",
    "example.com",
    "//example.com",
    "ftp://example.com",
    "javascript:alert(1)",
    "https://example.com/auth",
    "https://example.com/?a",
    "https://example.com/?a=1",
    "https://example.com/#a",
    "https://ada@example.com",
    "https://ada:secret@example.com",
  ])("can't be %j", (baseUrl) => {
    expect(faultsOf({ baseUrl })).toEqual(["baseUrl"])
  })
})

describe("the secret", () => {
  it("may be a list: the first signs, all verify", () => {
    const { settings, faults } = read({ secret: ["n".repeat(32), SECRET] })
    expect(faults).toEqual([])
    expect(settings.secrets).toEqual(["n".repeat(32), SECRET])
  })

  it.each([
    ["that is missing", undefined],
    ["of 31 characters", "s".repeat(31)],
    ["that is empty", ""],
    ["that is an empty list", []],
    ["in a list with a short one", [SECRET, "short"]],
    ["in a list with a hole", [SECRET, undefined]],
    ["that is a number", 42],
  ])("can't be one %s", (_, secret) => {
    expect(faultsOf({ secret })).toEqual(["secret"])
  })

  it("stays out of its own fault (P12)", () => {
    expect(JSON.stringify(read({ secret: "hush-hush" }).faults)).not.toContain("hush")
  })
})

describe("the name of the site", () => {
  it("loses the spaces around it and may have 100 characters", () => {
    expect(read({ siteName: "  Ada & Söhne " }).settings.siteName).toBe("Ada & Söhne")
    expect(faultsOf({ siteName: "n".repeat(100) })).toEqual([])
  })

  it.each(["", "  ", "n".repeat(101), "a\nb", "a\r\nBcc: eve@evil.example", "a\0", "a\u2028b", undefined, 42])(
    "can't be %j, as it goes into a mail's header",
    (siteName) => {
      expect(faultsOf({ siteName })).toEqual(["siteName"])
    },
  )
})

describe("the lists", () => {
  it("hold canonical addresses and domains, each once", () => {
    const { settings, faults } = read({
      adminEmails: ["Ada@Example.com", "ada@example.com "],
      allowedEmails: ["eve@BÜCHER.example"],
      allowedDomains: ["Example.COM", "bücher.example"],
    })
    expect(faults).toEqual([])
    expect([...settings.adminEmails]).toEqual(["ada@example.com"])
    expect([...settings.allowedEmails]).toEqual(["eve@xn--bcher-kva.example"])
    expect([...settings.allowedDomains]).toEqual(["example.com", "xn--bcher-kva.example"])
  })

  it("name each entry that isn't one", () => {
    const { faults } = read({
      adminEmails: ["ada"],
      allowedEmails: ["a,b@example.com"],
      allowedDomains: ["localhost", "@example.com"],
    })
    expect(faults.map(({ setting }) => setting)).toEqual([
      "adminEmails",
      "allowedEmails",
      "allowedDomains",
      "allowedDomains",
    ])
    expect(faults[0]?.problem).toContain('"ada"')
  })

  it("hold origins that `next` may lead to", () => {
    expect(read({ allowedOrigins: ["https://app.example.com/"] }).settings.allowedOrigins).toEqual([
      "https://app.example.com",
    ])
    expect(faultsOf({ allowedOrigins: ["https://app.example.com/a", "*"] })).toEqual([
      "allowedOrigins",
      "allowedOrigins",
    ])
  })
})

describe("who may sign up", () => {
  it.each(["open", "allowlist", "closed"] as const)("may be %s", (signUp) => {
    const { settings, faults } = read({ signUp, adminEmails: ["ada@example.com"] })
    expect(faults).toEqual([])
    expect(settings.signUp).toBe(signUp)
  })

  it.each(["Open", "", "everyone", null, true])("can't be %j, and is nobody until it is mended", (signUp) => {
    expect(faultsOf({ signUp })).toEqual(["signUp"])
    expect(read({ signUp: signUp as "open" }).settings.signUp).toBe("closed")
  })

  it("can't be a list on which nobody stands", () => {
    expect(faultsOf({ signUp: "allowlist" })).toEqual(["signUp"])
    expect(faultsOf({ signUp: "allowlist", allowedDomains: ["example.com"] })).toEqual([])
    expect(faultsOf({ signUp: "allowlist", allowedEmails: ["ada@example.com"] })).toEqual([])
  })
})

describe("the numbers", () => {
  it("are minutes and hours outside, milliseconds inside", () => {
    const { settings, faults } = read({
      linkTtlMinutes: 0.5,
      sessionIdleHours: 1,
      sessionHours: 2,
      limits: { askClient: { max: 1, minutes: 2 } },
    })
    expect(faults).toEqual([])
    expect(settings).toMatchObject({ linkTtl: 30_000, sessionIdleTtl: HOUR, sessionTtl: 2 * HOUR })
    expect(settings.limits.askClient).toEqual({ max: 1, windowMs: 2 * MINUTE })
    expect(settings.limits.redeemClient).toEqual({ max: 20, windowMs: 15 * MINUTE })
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, "10", 60.1])(
    "of minutes that a link lasts can't be %j",
    (linkTtlMinutes) => {
      expect(faultsOf({ linkTtlMinutes })).toContain("linkTtlMinutes")
    },
  )

  it("of days that rows are kept reach the settings; false keeps them for ever", () => {
    const retention = { requestDays: 1.5, sessionDays: false } as const
    const { settings, faults } = read({ retention, audit: { personDays: 2 } })
    expect(faults).toEqual([])
    expect(settings.retention).toEqual({ requests: 1.5 * DAY, sessions: null, persons: 2 * DAY })
    expect(read({}).settings.retention.persons).toBe(90 * DAY)
  })

  it.each([0, 0.99, -1, Number.NaN, 3_651, "7", null, true])("of days that rows are kept can't be %j", (days) => {
    const retention = { requestDays: days, sessionDays: days } as never
    expect(faultsOf({ retention })).toEqual(
      // Null is as good as nothing, as with every other option.
      days === null ? [] : ["retention.requestDays", "retention.sessionDays"],
    )
  })

  it("have a greatest value each", () => {
    expect(faultsOf({ linkTtlMinutes: 60, sessionIdleHours: 8_760, sessionHours: 8_760 })).toEqual([])
    expect(faultsOf({ linkTtlMinutes: 61, sessionIdleHours: 8_761, sessionHours: 8_761 })).toEqual([
      "linkTtlMinutes",
      "sessionIdleHours",
      "sessionHours",
    ])
  })

  it.each([
    { max: 0, minutes: 1 },
    { max: 1.5, minutes: 1 },
    { max: 1_001, minutes: 1 },
    { max: 1, minutes: 0 },
    { max: 1, minutes: 1_441 },
    { max: "5", minutes: 1 },
    {},
  ])("of a limit can't be %j", (limit) => {
    expect(faultsOf({ limits: { askAddress: limit } })).toContain("limits.askAddress")
  })
})

describe("the audit log", () => {
  const LOG_KEY = "l".repeat(32)

  it("is named after the site, and signed by what the secrets make", () => {
    expect(read({ secret: [SECRET, "o".repeat(32)] }).settings.audit).toMatchObject({
      origin: "example.com/auth/log",
      keys: [SECRET, "o".repeat(32)],
    })
    expect(read({ baseUrl: "http://localhost:3000" }).settings.audit.origin).toBe("localhost:3000/auth/log")
  })

  it("is signed by a key of its own where it has one, and what the secrets signed before stays verifiable", () => {
    expect(read({ audit: { key: LOG_KEY } }).settings.audit.keys).toEqual([LOG_KEY, SECRET])
  })

  it("takes another name", () => {
    expect(read({ audit: { origin: "example.com/auth/log/2" } }).settings.audit.origin).toBe("example.com/auth/log/2")
  })

  it.each(["", "a b", "a+b", "a\nb", "ü", "x".repeat(201), 7])("can't have the name %j", (origin) => {
    expect(faultsOf({ audit: { origin } })).toEqual(["audit.origin"])
  })

  it.each(["", "short", 7])("can't be signed with the key %j", (key) => {
    expect(faultsOf({ audit: { key } })).toEqual(["audit.key"])
  })
})

it("names every fault at once, each with its cure", () => {
  const { faults } = readSettings({
    baseUrl: "x",
    siteName: "",
    secret: "",
    store,
    signUp: "x" as "open",
    linkTtlMinutes: 0,
  })
  expect(faults.map(({ setting }) => setting)).toEqual(["baseUrl", "secret", "siteName", "signUp", "linkTtlMinutes"])
  for (const fault of faults) {
    expect(fault.problem).toMatch(/^[A-Z].*\.$/)
    expect(fault.cure).not.toBe("")
  }
})
