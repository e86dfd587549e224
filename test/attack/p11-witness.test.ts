import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { witness } from "../../src/checkpoints/witness.ts"
import { readCheckpoint } from "../../src/core/notes/checkpoint.ts"
import { readNote } from "../../src/core/notes/signed-note.ts"
import { type Added, addTo, ownFolder, submissionOf } from "../own-witness.ts"
import { type SampleLog, sampleLog } from "../sample-log.ts"
import { type Child, startChild } from "./child-process.ts"

// P11: whoever holds the database, and the log's key as well, can write another history. What they can't do is have both histories signed by a witness.

const log = sampleLog()
const fork = sampleLog({ forksAt: 100 })

interface Witness {
  readonly url: string
  readonly verifierKey: string
  readonly child: Child
}

async function startOn(statePath: string, moment = "never"): Promise<Witness> {
  const child = await startChild("witness-process.ts", [statePath, log.verifierKey, moment])
  const { port, verifierKey } = await child.ask<{ port: number; verifierKey: string }>({})
  return { url: `http://127.0.0.1:${port}`, verifierKey, child }
}

const ownState = async () => join(await ownFolder(), "witness.db")

/** Every root that was signed, by the size of the log. */
class SignedRoots {
  readonly #roots = new Map<number, string>()

  get size(): number {
    return this.#roots.size
  }

  async take({ status }: Pick<Added, "status">, from: SampleLog, size: number): Promise<void> {
    if (status !== 200) return
    const { root } = await from.checkpoint(size)
    expect(this.#roots.get(size) ?? root).toBe(root)
    this.#roots.set(size, root)
  }
}

describe("P11: a witness never signs two roots for one size (AUD-6)", () => {
  it("whichever of two histories comes first, from many at once, over two of its processes", async () => {
    const statePath = await ownState()
    const witnesses = [await startOn(statePath), await startOn(statePath)]
    const signed = new SignedRoots()
    const other = sampleLog({ forksAt: 1 })
    let last = 1
    await signed.take(await addTo(witnesses[0]?.url ?? "", await submissionOf(log, 0, last)), log, last)
    for (let round = 0; round < 8; round += 1) {
      // Both histories claim the same sizes, from the size that was signed last.
      const tries = Array.from({ length: 64 }, (_, index) => {
        const from = index % 2 === 0 ? log : other
        return { from, size: last + 1 + (index % 40), url: (witnesses[index % 3 === 0 ? 1 : 0] as Witness).url }
      })
      const answers = await Promise.all(
        tries.map(async ({ from, size, url }) => addTo(url, await submissionOf(from, last, size))),
      )
      for (const [index, answer] of answers.entries()) {
        const { from, size } = tries[index] as (typeof tries)[number]
        expect([200, 409, 422]).toContain(answer.status)
        await signed.take(answer, from, size)
      }
      const winners = tries.filter((_, index) => answers[index]?.status === 200)
      expect(winners).toHaveLength(1)
      last = winners[0]?.size ?? last
    }
    expect(signed.size).toBe(9)
  })

  it("nor after it was killed between keeping a checkpoint and answering", async () => {
    const statePath = await ownState()
    const signed = new SignedRoots()
    let last = 0
    for (let round = 0; round < 4; round += 1) {
      const size = 100 + 100 * round
      const doomed = await startOn(statePath, "kept")
      await expect(addTo(doomed.url, await submissionOf(log, last, size))).rejects.toThrow()
      const { url, child } = await startOn(statePath)
      // The other history is refused at the size that nobody was told of, and so is the old size.
      const other = await addTo(url, await submissionOf(fork, last, size + 50))
      expect(other).toMatchObject({ status: 409, body: `${size}\n` })
      if (size > 100) expect((await addTo(url, await submissionOf(fork, size, size))).status).toBe(422)
      // Whoever got no answer asks again, and gets one.
      const again = await addTo(url, await submissionOf(log, size, size))
      expect(again.status).toBe(200)
      await signed.take(again, log, size)
      last = size
      await child.stop()
    }
    expect(signed.size).toBe(4)
  })

  it("and says so to a log that forked: its operator gets no cosignature, and hears why", async () => {
    const { url, verifierKey } = await startOn(await ownState())
    const [honest, forked] = [witness({ url, key: verifierKey }), witness({ url, key: verifierKey })]
    const publish = async (outlet: typeof honest, from: SampleLog, size: number) =>
      (await outlet.publish(await from.checkpoint(size), from.prover(size))).cosigned
    // Up to here they are the same.
    expect(await publish(honest, log, 90)).not.toBeNull()
    expect(await publish(forked, fork, 95)).not.toBeNull()
    expect(await publish(honest, log, 200)).not.toBeNull()
    for (const size of [200, 201, 700]) {
      await expect(publish(forked, fork, size)).rejects.toThrow(/\(422\).* they were changed/)
    }
    await expect(publish(forked, fork, 150)).rejects.toThrow(/\(409\).*200 events/)
    const newest = readNote((await honest.latest(log.origin)) ?? "")
    expect(readCheckpoint(newest?.text ?? "")).toMatchObject({ size: 200, root: (await log.checkpoint(200)).root })
  })

  it("keeps every signature that it gave, whenever it is killed", async () => {
    const statePath = await ownState()
    let last = 0
    for (let round = 0; round < 3; round += 1) {
      const { url, child } = await startOn(statePath)
      let answered = last
      const asking = (async () => {
        for (let size = last + 1; size <= 700; size += 1) {
          const { status } = await addTo(url, await submissionOf(log, size - 1, size))
          if (status === 200) answered = size
        }
      })().catch(() => "cut off")
      await expect.poll(() => answered).toBeGreaterThan(last + 20)
      await child.kill()
      expect(await asking).toBe("cut off")
      const next = await startOn(statePath)
      const { body } = await addTo(next.url, await submissionOf(log, 700, 700))
      // The one on its way may have been kept.
      expect([answered, answered + 1]).toContain(Number(body))
      last = Number(body)
      await next.child.stop()
    }
  })
})
