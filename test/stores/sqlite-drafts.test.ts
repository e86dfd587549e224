import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { readHashes } from "../../src/core/tree/encode-hash.ts"
import { hashDraft } from "../../src/core/verifying/leaf-draft.ts"
import { openSqliteLog } from "../../src/stores/sqlite/open-log.ts"
import { createApp, signIn } from "../app.ts"
import { untilIdle } from "../attack/until-idle.ts"
import { sealLog } from "../seal-log.ts"

// Where it can't, verifying is right all the same, and takes twice as long: nobody would notice.
it("lets SQLite put the leaf of every event of ours together by itself", async () => {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-drafts-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, "auth.db")
  const app = createApp({ path, audit: { seal: false } })
  const { browser } = await signIn(app, "ada@example.com")
  await browser.post("/auth/sign-out")
  await app.auth.audit.record({ type: "shop.order_placed", detail: { total: 12.5, note: "ü", count: 1 } })
  await untilIdle(app)
  await sealLog(app)
  const { size } = await app.store.sealing.head()
  await app.close()
  const { log, close } = openSqliteLog(path)
  onTestFinished(close)
  const [bundle] = (await log.drafts?.({ from: 0, max: 1 })) ?? []
  const stored = readHashes((await log.tile({ level: 0, index: 0 })) ?? new Uint8Array(), size)
  expect(size).toBeGreaterThan(6)
  expect(bundle?.drafts.slice(0, size).map(hashDraft)).toEqual(stored)
})
