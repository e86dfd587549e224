import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type SyslogMessage, writeSyslogMessage } from "./syslog-message.ts"

const sender = { host: "login-1.example.com", program: "linklatch", processId: 4711 }
const message: SyslogMessage = {
  at: Date.UTC(2026, 10, 21, 9, 30, 1, 5),
  severity: "notice",
  kind: "checkpoint",
  data: { checkpoint: { origin: "example.com/auth/log", size: 12 } },
  text: "hello",
}

const write = (changes: Partial<SyslogMessage> = {}) =>
  writeSyslogMessage({ ...message, ...changes }, sender).toString()

describe("a syslog message", () => {
  it("is what RFC 5424 §6 says, with facility 13", () => {
    expect(write()).toBe(
      '<109>1 2026-11-21T09:30:01.005Z login-1.example.com linklatch 4711 checkpoint [checkpoint@32473 origin="example.com/auth/log" size="12"] hello',
    )
  })

  it.each([
    ["error", "<107>1 "],
    ["warning", "<108>1 "],
    ["informational", "<110>1 "],
  ] as const)("says %s in its first number", (severity, start) => {
    expect(write({ severity })).toMatch(new RegExp(`^${start}`))
  })

  it("escapes what would end a value", () => {
    expect(write({ data: { a: { b: 'x"]\\ [c="' } } })).toContain('[a@32473 b="x\\"\\]\\\\ [c=\\""] hello')
  })

  it("says of text that isn't ASCII that it is UTF-8, and of other text nothing", () => {
    expect(write({ text: "— ü" })).toMatch(/\] \uFEFF— ü$/)
  })

  it("has a dash where there is no data, and nothing where there is no text", () => {
    expect(write({ data: {}, text: "" })).toMatch(/ checkpoint -$/)
  })

  it("stays one message whatever is put into it (P13)", () => {
    const anything = fc.string({ unit: "binary", maxLength: 60 })
    const data = fc.dictionary(anything, fc.dictionary(anything, anything, { maxKeys: 3 }), { maxKeys: 3 })
    fc.assert(
      fc.property(anything, anything, data, anything, anything, (kind, text, elements, host, program) => {
        const given = { ...message, kind, text, data: elements }
        const bytes = writeSyslogMessage(given, { ...sender, host, program })
        expect(bytes.toString()).toMatch(RFC_5424)
        expect(Buffer.from(bytes.toString())).toEqual(bytes)
      }),
    )
  })
})

// RFC 5424 §6, with no control character anywhere.
const NAME = "[!#-<>-\\\\^-~]{1,32}"
const PARAMETER = ` ${NAME}="(?:[^"\\\\\\]\\p{Cc}]|\\\\["\\\\\\]])*"`
const RFC_5424 = new RegExp(
  `^<109>1 [\\d-]{10}T[\\d:.]{12}Z [!-~]{1,255} [!-~]{1,48} [!-~]{1,128} [!-~]{1,32} (?:-|(?:\\[${NAME}(?:${PARAMETER})*\\])+)(?: \\P{Cc}*)?$`,
  "u",
)
