import { describe, expect, it } from "vitest"
import { commitTo, SALT_BYTES } from "../../../src/core/audit/commitment.ts"
import { HOUR } from "../../../src/core/clock.ts"
import { storableText } from "../../../src/core/storable-text.ts"
import { ask, START } from "../../../src/testing/contract/steps/ask.ts"
import { eventsOf } from "../../../src/testing/contract/steps/events.ts"
import { signIn } from "../../../src/testing/contract/steps/redeem.ts"
import type { ContractDatabase } from "./every-contract.ts"

const SALTS = "select e.seq, p.salt from auth_events e join auth_event_pii p on p.pii_id = e.pii_id"
const HOSTILE = [
  "",
  "\0",
  "\ud800x\udc00",
  `\\u0000 '"`,
  "\u2028🎈\u{10ffff}",
  "\u0001\u007f",
  "é e\u0301",
  "🎈".repeat(2_048),
]

/** Whoever checks a log has the tables and no code of ours: salt and person must make the commitment, byte for byte. */
export function commitmentContract(name: string, createDatabase: () => Promise<ContractDatabase>): void {
  describe(`commitments in ${name}`, () => {
    it("verify from what the log tells, however hostile the person", async () => {
      const database = await createDatabase()
      const store = await database.open()
      await store.migrate()
      for (const [i, hostile] of HOSTILE.entries()) {
        const text = storableText(hostile)
        const at = START + i * HOUR
        await signIn(store, { at, client: { ip: text, userAgent: text } })
        await ask(store, { at, client: { ip: null, userAgent: text } })
        await store.audit.append({
          type: "shop.note",
          userId: text,
          detail: {},
          address: null,
          client: { ip: text, userAgent: null },
          at,
        })
      }
      const events = await eventsOf(store)
      const rows = (await database.query?.(SALTS)) as { seq: unknown; salt: Uint8Array }[]
      const salts = new Map(rows.map(({ seq, salt }) => [Number(seq), salt]))
      expect(salts.size).toBe(events.length)
      for (const { seq, person, commitment } of events) {
        const salt = salts.get(seq) ?? new Uint8Array()
        expect(salt).toHaveLength(SALT_BYTES)
        expect(person !== null && commitTo(person, salt)).toBe(commitment)
      }
      await store.close()
      await database.discard?.()
    })
  })
}
