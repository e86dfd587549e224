import { appendFile, chmod, mkdtemp, readFile, rm, stat, truncate } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import type { ErasureEntry } from "../core/erasing/erasure-journal.ts"
import { uuidv7 } from "../core/ids.ts"
import { systemRandom } from "../core/random.ts"
import { erasureFile } from "./erasure-file.ts"

async function ownPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-erasures-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, "auth.db.erasures")
}

function entry(at: number, change: Partial<ErasureEntry> = {}): ErasureEntry {
  const id = uuidv7(at, systemRandom)
  return { id, at, by: "cli", userId: `user ${at}`, mark: { key: "a key", hash: "a hash" }, ...change }
}

describe("a journal of erasures", () => {
  it("is empty until there is one, and then gives back what was added, in its order", async () => {
    const journal = erasureFile(await ownPath())
    expect(await journal.read()).toEqual({ entries: [], unreadable: [] })
    const entries = [entry(1), entry(2, { userId: null }), entry(3, { mark: null })]
    for (const one of entries) await journal.append(one)
    expect(await journal.read()).toEqual({ entries, unreadable: [] })
  })

  it("can be read by its owner alone, one line of JSON for each", async () => {
    const path = await ownPath()
    await erasureFile(path).append(entry(Date.UTC(2026, 10, 21)))
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
      v: 1,
      id: expect.any(String),
      at: "2026-11-21T00:00:00.000Z",
      by: "cli",
      userId: "user 1795219200000",
      key: "a key",
      address: "a hash",
    })
  })

  it("takes all that several add at once", async () => {
    const path = await ownPath()
    const entries = Array.from({ length: 40 }, (_, at) => entry(at))
    await Promise.all(entries.map((one) => erasureFile(path).append(one)))
    const { entries: read, unreadable } = await erasureFile(path).read()
    expect(read.toSorted((one, other) => one.at - other.at)).toEqual(entries)
    expect(unreadable).toEqual([])
  })

  it("goes on after a line that was cut short anywhere, and names it", async () => {
    const path = await ownPath()
    const journal = erasureFile(path)
    await journal.append(entry(1))
    const { size } = await stat(path)
    await journal.append(entry(2))
    for (let end = (await stat(path)).size - 2; end > size; end -= 7) {
      await truncate(path, end)
      await journal.append(entry(3))
      const { entries, unreadable } = await journal.read()
      expect({ times: entries.map(({ at }) => at), unreadable }).toEqual({ times: [1, 3], unreadable: [2] })
    }
  })

  it("takes a last line that only lacks its end", async () => {
    const path = await ownPath()
    const journal = erasureFile(path)
    await journal.append(entry(1))
    await truncate(path, (await stat(path)).size - 1)
    await journal.append(entry(2))
    expect((await journal.read()).entries.map(({ at }) => at)).toEqual([1, 2])
  })

  it.each([
    "nonsense",
    "{}",
    '{"v":2,"id":"1","at":"2026-11-21","userId":"1"}',
    '{"v":1,"id":"1","at":"never","userId":"1"}',
    '{"v":1,"id":"1","at":"2026-11-21","userId":null}',
  ])("names a line that says nothing it could use: %s", async (line) => {
    const path = await ownPath()
    await appendFile(path, `\n${line}\n`)
    expect(await erasureFile(path).read()).toEqual({ entries: [], unreadable: [2] })
  })

  it("says so where it can't be written or read", async () => {
    const journal = erasureFile(join(await ownPath(), "no", "folder"))
    await expect(journal.append(entry(1))).rejects.toMatchObject({ code: "journal_failed" })
    const path = await ownPath()
    await appendFile(path, "")
    await chmod(path, 0o600)
    await expect(erasureFile(join(path, "below")).read()).rejects.toThrow(/can't be read \(ENOTDIR\)/)
  })
})
