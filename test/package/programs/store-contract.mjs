// The contract of stores on the SQLite that this runtime brings, told by a runner of ten lines: none of them has the same one.
import { mkdtempSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { sqlite } from "linklatch/sqlite"
import { sharedStoreContract, storeContract } from "linklatch/testing"

// Jest's own `expect`. Bun finds nothing in it where it is imported.
const { expect } = createRequire(import.meta.url)("expect")

const tests = []
const runner = {
  describe: (_title, body) => body(),
  it: (title, body) => tests.push({ title, body }),
  expect,
}
storeContract("in memory", async () => ({ open: async () => sqlite(":memory:") }), runner)
storeContract("in a file", emptyFile, runner)
sharedStoreContract("in a file", emptyFile, runner)

let failed = 0
for (const { title, body } of tests) {
  await body().catch((fault) => {
    failed += 1
    console.log(`${title}: ${fault.stack}`)
  })
}
console.log(`${tests.length > 200 ? "all" : tests.length} rules, ${failed} broken`)

async function emptyFile() {
  const folder = mkdtempSync(join(process.cwd(), "store-"))
  return {
    open: async () => sqlite(join(folder, "store.db")),
    discard: async () => rmSync(folder, { recursive: true }),
  }
}
