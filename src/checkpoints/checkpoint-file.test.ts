import { appendFile, mkdtemp, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { describe, expect, it, onTestFinished } from "vitest"
import { sampleLog } from "../../test/sample-log.ts"
import { type CheckpointFileOptions, checkpointFile } from "./checkpoint-file.ts"

const log = sampleLog()
const notes = await Promise.all(Array.from({ length: 20 }, async (_, size) => (await log.checkpoint(size + 1)).note))

async function ownFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-checkpoints-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, "checkpoints")
}

async function publish(path: string, sizes: readonly number[], options: CheckpointFileOptions = {}): Promise<void> {
  const outlet = checkpointFile(path, options)
  for (const size of sizes) await outlet.publish(await log.checkpoint(size), log.prover(size))
}

const newest = (path: string, origin = log.origin) => checkpointFile(path).latest(origin)

describe("a checkpoint file", () => {
  it("is a sequence of notes, each behind a line with a form feed", async () => {
    const path = await ownFile()
    await publish(path, [1, 2, 3])
    const text = await readFile(path, "utf8")
    expect(text).toBe(`\f\n${notes[0]}\f\n${notes[1]}\f\n${notes[2]}`)
    // What the page tells a stranger to do.
    expect(text.split("\f\n").slice(1)).toEqual(notes.slice(0, 3))
  })

  it("can be read by its owner alone", async () => {
    const path = await ownFile()
    await publish(path, [1])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it("says which checkpoint is the newest", async () => {
    const path = await ownFile()
    expect(await newest(path)).toBeNull()
    await publish(path, [1, 2, 3])
    expect(await newest(path)).toBe(notes[2])
  })

  it("says so too where a process that was held up has put an older one behind it", async () => {
    const path = await ownFile()
    await publish(path, [1, 3, 2])
    expect(await newest(path)).toBe(notes[2])
  })

  it("tells logs of other names apart", async () => {
    const path = await ownFile()
    const other = sampleLog({ origin: "example.com/auth/log-2" })
    await publish(path, [1, 2])
    await checkpointFile(path).publish(await other.checkpoint(9), other.prover(9))
    expect(await newest(path)).toBe(notes[1])
    expect(await newest(path, other.origin)).toBe((await other.checkpoint(9)).note)
    expect(await newest(path, "example.com/auth")).toBeNull()
  })

  it("finds the newest of a log behind a megabyte of another's", async () => {
    const path = await ownFile()
    await publish(path, [1, 2])
    await appendFile(path, `\f\n${(await sampleLog({ origin: "other.example" }).checkpoint(9)).note}`.repeat(5_000))
    expect(await newest(path)).toBe(notes[1])
  })

  it("takes no part of a longer name for its own, wherever reading begins", async () => {
    const path = await ownFile()
    const { note } = await sampleLog({ origin: `other.${log.origin}` }).checkpoint(9)
    const rest = note.slice("other.".length)
    await writeFile(path, `\f\n${note}${"\f".padEnd(65_536 - Buffer.byteLength(rest), "x")}`)
    expect(await newest(path)).toBeNull()
  })

  it("reads past a note that was cut short anywhere, and goes on after it", async () => {
    const path = await ownFile()
    await publish(path, [1, 2])
    const { size } = await stat(path)
    const whole = await readFile(path, "utf8")
    const start = Buffer.byteLength(whole) - Buffer.byteLength(notes[1] as string)
    for (let end = start - 2; end < size; end += 1) {
      await writeFile(path, whole)
      await truncate(path, end)
      expect(await newest(path)).toBe(notes[0])
      await publish(path, [3])
      expect(await newest(path)).toBe(notes[2])
      expect(await readFile(path, "utf8")).toContain(`\f\n${notes[2]}`)
    }
  })

  it("never says anything that isn't a checkpoint of that log, whatever is in it (P13)", async () => {
    const path = await ownFile()
    const pieces = fc.oneof(
      fc.constantFrom(...notes, "\f\n", "\f", "\n", `${log.origin}\n`),
      fc.string({ unit: "binary" }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (contents) => {
        await writeFile(path, contents.join(""))
        expect([null, ...notes]).toContain(await newest(path))
        await publish(path, [notes.length])
        expect(await newest(path)).toBe(notes.at(-1))
      }),
      { numRuns: 200 },
    )
  })

  it("keeps whole notes where several write at once", async () => {
    const path = await ownFile()
    const writers = Array.from({ length: 8 }, () => checkpointFile(path))
    await Promise.all(
      writers.flatMap((writer) =>
        notes.map(async (_, at) => writer.publish(await log.checkpoint(at + 1), log.prover(at + 1))),
      ),
    )
    const pieces = (await readFile(path, "utf8")).split("\f\n").slice(1)
    expect(pieces).toHaveLength(8 * notes.length)
    expect(new Set(pieces)).toEqual(new Set(notes))
  })

  it("begins a new file when it has grown, and keeps the one before", async () => {
    const path = await ownFile()
    await publish(path, [1, 2, 3, 4, 5], { maxBytes: 2 * (notes[0] as string).length })
    expect(await readFile(`${path}.1`, "utf8")).toBe(`\f\n${notes[2]}\f\n${notes[3]}`)
    expect(await readFile(path, "utf8")).toBe(`\f\n${notes[4]}`)
    expect(await newest(path)).toBe(notes[4])
  })

  it("finds the newest in the file before, where the new one has none yet", async () => {
    const path = await ownFile()
    await publish(path, [1, 2])
    await rename(path, `${path}.1`)
    expect(await newest(path)).toBe(notes[1])
  })

  it("goes on in a new file where somebody moved it away", async () => {
    const path = await ownFile()
    const outlet = checkpointFile(path)
    await outlet.publish(await log.checkpoint(1), log.prover(1))
    await rename(path, `${path}-20261121`)
    await outlet.publish(await log.checkpoint(2), log.prover(2))
    expect(await readFile(path, "utf8")).toBe(`\f\n${notes[1]}`)
  })

  it("says so where there is no folder for it", async () => {
    const path = join(await ownFile(), "checkpoints")
    const published = checkpointFile(path).publish(await log.checkpoint(1), log.prover(1))
    await expect(published).rejects.toMatchObject({ code: "outlet_failed", cause: { code: "ENOENT" } })
  })

  it("says so where the disk is full", async () => {
    const published = checkpointFile("/dev/full").publish(await log.checkpoint(1), log.prover(1))
    await expect(published).rejects.toMatchObject({ code: "outlet_failed", cause: { code: "ENOSPC" } })
  })

  it.each(["", "a\0b"])("refuses the path %j", (path) => {
    expect(() => checkpointFile(path)).toThrow(expect.objectContaining({ code: "invalid_configuration" }))
  })
})
