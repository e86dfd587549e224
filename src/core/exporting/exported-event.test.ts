import { describe, expect, it } from "vitest"
import { ada } from "../../../test/exporting/sample-events.ts"
import { commitTo } from "../audit/commitment.ts"
import { leafOf } from "../audit/leaf.ts"
import type { SealedRow } from "../sealing/sealing-store.ts"
import { hashLeaf } from "../tree/hash.ts"
import { readExportedEvent } from "./exported-event.ts"

const SALT = Buffer.alloc(32, 7)
const row: SealedRow = {
  ...{ position: 9, id: "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a10", at: 1_795_294_800_123, type: "user_created" },
  ...{ userId: "019aa5c2-77b2-7e62-8b53-5f0d3f7f9a14", detail: "{}", commitment: commitTo(ada, SALT) },
  ...{ piiId: "1", pii: { salt: SALT, address: ada.address, ip: ada.ip, userAgent: ada.userAgent } },
}
const sealed = hashLeaf(leafOf(row))
const read = (some: SealedRow | undefined) => readExportedEvent(some, { index: 4, sealed, after: 77 })

describe("an event that is read out of the sealed log", () => {
  it("is as it was sealed, with its place, its leaf and whose it was", () => {
    expect(read(row)).toMatchObject({ state: "sealed", index: 4, leaf: leafOf(row), person: ada, detail: {} })
    expect(read({ ...row, piiId: null, pii: null })).toMatchObject({ state: "sealed", person: null })
  })

  it.each([
    ["another time", { at: row.at + 1 }],
    ["another type", { type: "user_enabled" }],
    ["another user", { userId: null }],
    ["another detail", { detail: '{"by":"cli"}' }],
    ["another commitment", { commitment: null }],
    ["another address beside it", { pii: { salt: SALT, ...ada, address: "eve@example.com" } }],
    ["another salt beside it", { pii: { salt: Buffer.alloc(32), ...ada } }],
  ])("is altered with %s", (_what, change) => {
    expect(read({ ...row, ...change }).state).toBe("altered")
  })

  it("is missing where there is no row", () => {
    const hash = Buffer.from(sealed, "latin1").toString("hex")
    expect(read(undefined)).toEqual({ state: "missing", index: 4, hash, at: 77 })
  })

  it("is told even where nothing of ours could have written it", () => {
    for (const detail of ["{", "[]", "7", "", '{"by":"cli","by":"x"}', '{"a":'.repeat(5_000)])
      expect(read({ ...row, detail })).toMatchObject({ detail: { text: detail } })
    expect(read({ ...row, at: -1 }).at).toBe(0)
    expect(new Date(read({ ...row, at: Number.MAX_SAFE_INTEGER }).at).getUTCFullYear()).toBe(9999)
  })
})
