import { DatabaseSync } from "node:sqlite"
import { expect, it } from "vitest"
import { SharedCommit } from "./shared-commit.ts"

function createCommits() {
  const database = new DatabaseSync(":memory:")
  const commits = new SharedCommit(
    database,
    () => [],
    () => undefined,
  )
  return { database, commits }
}

it("answers the others, and goes on, after a question whose failure ended the transaction that they shared", async () => {
  const { database, commits } = createCommits()
  // As SQLite does by itself after an error of the disk.
  const failing = commits.read(() => {
    database.exec("rollback")
    throw new Error("disk I/O error")
  })
  const other = commits.read(() => "answered")
  await expect(failing).rejects.toMatchObject({ code: "store_unavailable" })
  expect(await other).toBe("answered")
  expect(await commits.decide(() => "decided")).toBe("decided")
})

it("refuses every question of a turn, and ends no process, where a transaction can't begin", async () => {
  const { database, commits } = createCommits()
  const asked = [1, 2, 3].map((number) => commits.read(() => number))
  database.close()
  for (const outcome of await Promise.allSettled(asked)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "store_unavailable" } })
  }
})
