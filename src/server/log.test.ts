import { spawnSync } from "node:child_process"
import { stripVTControlCharacters } from "node:util"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createLog } from "./log.ts"
import type { LogLevel, Mode } from "./server-config.ts"

const TOKEN = "q7xM2rT9vK4wZ1bN8cY5dH3jL6pS0gF-aE_uQ2iO4mX"
const secretText = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/)

function capture(options: { mode?: Mode; level?: LogLevel; secrets?: readonly string[]; isPretty?: boolean } = {}) {
  const lines: string[] = []
  const log = createLog({
    mode: "production",
    level: "info",
    secrets: [],
    ...options,
    write: (line) => void lines.push(line),
  })
  return { log, lines }
}

function logged(fields: Record<string, unknown>, options: Parameters<typeof capture>[0] = {}) {
  const { log, lines } = capture(options)
  log.info("tried", fields)
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? "") as Record<string, unknown>
}

describe("a line", () => {
  it("says when, how grave and what", () => {
    const line = logged({ attempt: 2, transport: "smtp" })
    expect(line).toMatchObject({ level: "info", event: "tried", attempt: 2, transport: "smtp" })
    expect(new Date(String(line["time"])).toISOString()).toBe(line["time"])
  })

  it("is one valid JSON line whatever comes in (LOG-5)", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\r\n{}", "\u001b[31m", '","level":"x', "$\u007bjndi:ldap://x}", "%s %d %j", "\u2028"),
    )
    fc.assert(
      fc.property(fc.dictionary(hostile, fc.oneof(hostile, fc.anything())), hostile, (fields, event) => {
        const { log, lines } = capture()
        log.warn(event, fields)
        expect(lines).toHaveLength(1)
        const [line = ""] = lines
        expect(line.endsWith("\n")).toBe(true)
        expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
        expect(JSON.parse(line)).toMatchObject({ level: "warn", event })
      }),
      { numRuns: 300 },
    )
  })

  it("can't have its time, level or event overwritten by a field", () => {
    expect(logged({ level: "error", event: "other", time: 3 })).toMatchObject({
      level: "info",
      event: "tried",
      level_: "error",
      event_: "other",
      time_: 3,
    })
  })

  it("survives a field that can't be read and one that holds itself", () => {
    const loop: Record<string, unknown> = {}
    loop["loop"] = loop
    expect(logged({ loop })["event"]).toBe("tried")
    const trap = {
      get bad() {
        throw new Error("no")
      },
    }
    expect(logged(trap)).toMatchObject({ event: "tried", fields: "[unreadable]" })
  })

  it("is bounded, however long a text is (LOG-7)", () => {
    expect(JSON.stringify(logged({ text: "a b ".repeat(100_000) })).length).toBeLessThan(5_000)
  })
})

describe("a secret", () => {
  it("of ours is scrubbed wherever it stands in a text (P12)", () => {
    const around = fc.string({ unit: "binary", maxLength: 30 }).filter((text) => !/[A-Za-z0-9_-]$/.test(text))
    fc.assert(
      fc.property(secretText, around, around, (secret, before, after) => {
        const { log, lines } = capture()
        log.error("tried", {
          text: `${before}${secret}${after}`,
          deep: { list: [secret] },
          [`${before}${secret}`]: 1,
          error: new Error(`bad ${secret}`),
        })
        expect(lines.join("")).not.toContain(secret)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ["the path of a link", `/auth/link/${TOKEN}`],
    ["a link cut short", "https://example.com/auth/link/q7xM2rT9vK4wZ1b?x"],
    ["an encoded link", "next=%2Fauth%2Flink%2Fq7xM2rT9vK4wZ1b"],
    ["a cookie", `__Host-session=${TOKEN}.${TOKEN}`],
    ["a Resend key", "Bearer re_q7xM2rT9vK4wZ1b"],
    ["credentials of SMTP", "connect smtp://user:q7xM2rT9vK4wZ1b@mail.example.com:465"],
  ])("is scrubbed in %s", (_where, text) => {
    expect(JSON.stringify(logged({ text }))).not.toContain("q7xM2rT9vK4wZ1b")
  })

  it("of the configuration is scrubbed by heart, whatever its shape", () => {
    const line = logged(
      { error: new Error("535 refused correct horse battery") },
      { secrets: ["correct horse battery"] },
    )
    expect(JSON.stringify(line)).not.toContain("horse")
  })

  it("is scrubbed in a field that is named for it", () => {
    expect(
      logged({ token: "abc", headers: { cookie: "a=b", "set-cookie": ["c"], authorization: "Basic x" }, apiKey: "k" }),
    ).toMatchObject({
      token: "[scrubbed]",
      headers: { cookie: "[scrubbed]", "set-cookie": "[scrubbed]", authorization: "[scrubbed]" },
      apiKey: "[scrubbed]",
    })
  })

  it("leaves host and port of a URL readable", () => {
    expect(logged({ url: "smtp://user:pass@mail.example.com:465" })["url"]).toBe(
      "smtp://[scrubbed]@mail.example.com:465",
    )
  })

  it("leaves ids and patterns alone", () => {
    const fields = {
      requestId: "0198f3a0-1111-7222-8333-444444444444",
      route: "/auth/link/:token",
      client: "2001:db8::1",
    }
    expect(logged(fields)).toMatchObject(fields)
  })
})

describe("magic_link_dev_fallback", () => {
  const url = `http://localhost:3000/auth/link/${TOKEN}`

  it("carries its link in development", () => {
    const { log, lines } = capture({ mode: "development" })
    log.warn("magic_link_dev_fallback", { url })
    log.warn("another_event", { url })
    expect(lines.map((line) => line.includes(TOKEN))).toEqual([true, false])
  })

  it("is scrubbed like any other in production (OPS-2)", () => {
    const { log, lines } = capture({ mode: "production" })
    log.warn("magic_link_dev_fallback", { url })
    expect(lines.join("")).not.toContain(TOKEN)
  })
})

describe("an error", () => {
  const error = new Error("it broke", { cause: Object.assign(new Error("below"), { code: "ECONNREFUSED" }) })

  it("shows code, message and cause, and its stack only at debug", () => {
    expect(logged({ error })["error"]).toEqual({
      code: "Error",
      message: "it broke",
      cause: { code: "ECONNREFUSED", message: "below" },
    })
    const stack = (logged({ error }, { level: "debug" })["error"] as { stack: string }).stack
    expect(stack).toContain("log.test.ts")
  })
})

describe("levels", () => {
  it("leave out what is below them", () => {
    const { log, lines } = capture({ level: "warn" })
    log.debug("a")
    log.info("b")
    log.warn("c")
    log.error("d")
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(["c", "d"])
  })
})

describe("for a terminal", () => {
  it("is one line without anything that the terminal would obey", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { log, lines } = capture({ isPretty: true })
        log.info("tried", { text })
        const plain = stripVTControlCharacters(lines.join(""))
        expect(plain).toMatch(/^[\x20-\x7e…]+\n$/)
      }),
      { numRuns: 200 },
    )
  })
})

describe("standard output", () => {
  it("has every line in its order once flush is over, even if the process ends in that moment", () => {
    const program = `
      import { createLog } from ${JSON.stringify(new URL("./log.ts", import.meta.url))}
      const log = createLog({ mode: "production", level: "info", secrets: [] })
      for (let nth = 0; nth < 500; nth += 1) log.info("said", { nth })
      await log.flush()
      process.kill(process.pid, "SIGKILL")`
    const { stdout, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" })
    expect(signal).toBe("SIGKILL")
    const said = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).nth)
    expect(said).toEqual(Array.from({ length: 500 }, (_, nth) => nth))
  })
})
