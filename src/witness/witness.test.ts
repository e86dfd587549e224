import { createHash } from "node:crypto"
import { stat } from "node:fs/promises"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type OwnWitness, ownWitness, submissionOf } from "../../test/own-witness.ts"
import { sampleLog } from "../../test/sample-log.ts"
import { checkNote } from "../core/notes/check-note.ts"
import { timeOfCosignature } from "../core/notes/cosignature.ts"
import { readNote, type SignedNote } from "../core/notes/signed-note.ts"
import { readVerifierKey, type VerifierKey } from "../core/notes/verifier-key.ts"
import { createFakeClock } from "../testing/fake-clock.ts"

const log = sampleLog()
const fork = sampleLog({ forksAt: 100 })
const stranger = sampleLog({ origin: "other.example/log", secret: `other-${"s".repeat(32)}` })
const impostor = sampleLog({ secret: `other-${"s".repeat(32)}` })
const logKey = readVerifierKey(log.verifierKey) as VerifierKey

const start = () => ownWitness({ logs: [log.verifierKey] })

/** The checkpoint with what the witness answered, as C2SP lets a log put them together. */
async function cosignedNote(size: number, body: string): Promise<SignedNote> {
  const { note } = await log.checkpoint(size)
  return readNote(`${note}${body}`) as SignedNote
}

async function witnessed(size: number): Promise<OwnWitness> {
  const witness = await start()
  expect((await witness.add(await submissionOf(log, 0, size))).status).toBe(200)
  return witness
}

describe("add-checkpoint", () => {
  it("signs the first checkpoint of a log, at this moment", async () => {
    const clock = createFakeClock(Date.UTC(2026, 10, 21, 12))
    const witness = await ownWitness({ logs: [log.verifierKey], clock })
    const { status, body } = await witness.add(await submissionOf(log, 0, 300))
    expect(status).toBe(200)
    expect(body).toMatch(/^— witness\.example\.org\/w1 [A-Za-z0-9+/]{102}==\n$/)
    const note = await cosignedNote(300, body)
    expect(checkNote(note, [witness.key, logKey])).toEqual({ verified: [witness.key, logKey], broken: [] })
    const [, { signature } = expect.fail()] = note.signatures
    expect(timeOfCosignature(signature)).toBe(Date.UTC(2026, 10, 21, 12) / 1000)
  })

  it("signs what follows, between many sizes", async () => {
    const witness = await start()
    const sizes = [0, 1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 512, 700]
    for (const [index, size] of sizes.entries()) {
      const { status, body } = await witness.add(await submissionOf(log, sizes[index - 1] ?? 0, size))
      expect([size, status]).toEqual([size, 200])
      expect(checkNote(await cosignedNote(size, body), [witness.key]).verified).toHaveLength(1)
    }
  })

  it("signs the same checkpoint again", async () => {
    const witness = await witnessed(300)
    expect((await witness.add(await submissionOf(log, 300, 300))).status).toBe(200)
  })

  it("answers 409 with the size that it signed last, whatever else is said", async () => {
    const witness = await witnessed(300)
    for (const [oldSize, size] of [
      [0, 300],
      [0, 400],
      [200, 400],
      [299, 300],
      [400, 500],
    ] as const) {
      expect(await witness.add(await submissionOf(log, oldSize, size))).toEqual({
        status: 409,
        contentType: "text/x.tlog.size",
        body: "300\n",
      })
    }
  })

  it("says 0 of a log that it never signed", async () => {
    expect(await (await start()).add(await submissionOf(log, 200, 300))).toMatchObject({ status: 409, body: "0\n" })
  })

  it("doesn't sign a smaller log than it signed before", async () => {
    const witness = await witnessed(300)
    expect((await witness.add(await submissionOf(log, 0, 200))).status).toBe(409)
    expect((await witness.add((await submissionOf(log, 0, 200)).replace("old 0", "old 300"))).status).toBe(400)
  })

  it("answers 422 where the log was changed, and keeps the proof of it in its log", async () => {
    const witness = await witnessed(300)
    for (const [oldSize, size] of [
      [300, 300],
      [300, 301],
      [300, 700],
    ] as const) {
      expect((await witness.add(await submissionOf(fork, oldSize, size))).status).toBe(422)
      const { note } = await fork.checkpoint(size)
      expect(witness.lines.at(-1)).toMatchObject({ event: "checkpoint", outcome: "inconsistent", size, note })
    }
    expect((await witness.add(await submissionOf(log, 300, 700))).status).toBe(200)
  })

  it("answers 422 to proofs that are none", async () => {
    const witness = await witnessed(300)
    const whole = await submissionOf(log, 300, 700)
    const [head = "", note = ""] = whole.split("\n\n")
    const [old = "", first = "", ...rest] = head.split("\n")
    const proofs = [[], rest, [first], [...rest, first], [first, first, ...rest], [first, ...rest, first]]
    for (const proof of proofs) {
      const body = `${[old, ...proof].join("\n")}\n\n${whole.slice(whole.indexOf("\n\n") + 2)}`
      expect((await witness.add(body)).status).toBe(422)
    }
    expect(note).not.toBe("")
    expect((await witness.add(whole)).status).toBe(200)
  })

  it("answers 422 to a proof where none belongs", async () => {
    const witness = await start()
    const withProof = (await submissionOf(log, 0, 300)).replace("old 0\n", `old 0\n${"A".repeat(43)}=\n`)
    expect((await witness.add(withProof)).status).toBe(422)
  })

  it("answers 404 to a log that it doesn't know", async () => {
    expect((await (await start()).add(await submissionOf(stranger, 0, 300))).status).toBe(404)
  })

  it("answers 403 where no key of that log has signed", async () => {
    expect((await (await start()).add(await submissionOf(impostor, 0, 300))).status).toBe(403)
  })

  it("answers 403 where the log's own signature is broken, even beside a good one", async () => {
    const witness = await start()
    const whole = await submissionOf(log, 0, 300)
    const line = whole.trimEnd().split("\n").at(-1) as string
    const { note: other } = await log.checkpoint(299)
    const broken = other.trimEnd().split("\n").at(-1) as string
    expect((await witness.add(whole.replace(line, broken))).status).toBe(403)
    expect((await witness.add(`${whole}${broken}\n`)).status).toBe(403)
    expect((await witness.add(whole)).status).toBe(200)
  })

  it("answers 403 where one key of the log has signed and the signature of another is broken", async () => {
    const witness = await ownWitness({ logs: [impostor.verifierKey, log.verifierKey] })
    const broken = (await impostor.checkpoint(299)).note.trimEnd().split("\n").at(-1)
    expect((await witness.add(`${await submissionOf(log, 0, 300)}${broken}\n`)).status).toBe(403)
  })

  it("passes over signatures of strangers, and keeps none of them", async () => {
    const witness = await start()
    const theirs = (await impostor.checkpoint(300)).note.trimEnd().split("\n").at(-1) as string
    expect((await witness.add(`${await submissionOf(log, 0, 300)}${theirs}\n`)).status).toBe(200)
    expect(await newest(witness)).not.toContain(theirs)
  })

  it("knows a log by any of its keys", async () => {
    const witness = await ownWitness({ logs: [impostor.verifierKey, log.verifierKey] })
    expect((await witness.add(await submissionOf(log, 0, 300))).status).toBe(200)
    expect((await witness.add(await submissionOf(impostor, 300, 400))).status).toBe(200)
    expect((await witness.add(await submissionOf(fork, 400, 500))).status).toBe(422)
  })

  it("remembers each log for itself, over a restart", async () => {
    const logs = [log.verifierKey, stranger.verifierKey]
    const before = await ownWitness({ logs })
    await before.add(await submissionOf(log, 0, 300))
    await before.add(await submissionOf(stranger, 0, 200))
    await before.stop()
    const after = await ownWitness({ logs, statePath: before.statePath })
    expect((await after.add(await submissionOf(log, 0, 400))).body).toBe("300\n")
    expect((await after.add(await submissionOf(stranger, 0, 400))).body).toBe("200\n")
    expect((await after.add(await submissionOf(fork, 300, 400))).status).toBe(422)
  })

  it("signs one of 64 that come at once, and the others learn which", async () => {
    const witness = await witnessed(50)
    const sizes = Array.from({ length: 64 }, (_, index) => 60 + index)
    const answers = await Promise.all(
      sizes.map(async (size) => witness.add(await submissionOf(size % 2 === 0 ? log : fork, 50, size))),
    )
    const signed = answers.flatMap(({ status }, index) => (status === 200 ? [sizes[index]] : []))
    expect(signed).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409).map(({ body }) => body)).toEqual(
      Array(63).fill(`${signed[0]}\n`),
    )
  })
})

describe("add-checkpoint, given anything (P13)", () => {
  const lineOf = fc.oneof(
    fc.constantFrom(
      "old 0",
      "old 300",
      "old 01",
      "old -1",
      "old 1e3",
      "",
      "—",
      `${"A".repeat(43)}=`,
      "old 9007199254740993",
    ),
    fc.constantFrom(log.origin, "300", "0300", "— example.com/auth/log AAAA"),
    fc.string({ unit: "binary" }),
  )

  it("answers 400, 403 or 404, and signs nothing", async () => {
    const witness = await start()
    const bodies = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.array(lineOf, { maxLength: 12 }).map((lines) => `${lines.join("\n")}\n`),
    )
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        expect([400, 403, 404]).toContain((await witness.add(body)).status)
      }),
      { numRuns: 300 },
    )
    expect(await newest(witness)).toBe("404")
  })

  it("signs no submission of which one character was changed", async () => {
    const witness = await witnessed(300)
    const whole = await submissionOf(log, 300, 700)
    const places = fc.integer({ min: 0, max: whole.length - 1 })
    const characters = fc.oneof(
      fc.constantFrom("\n", " ", "0", "A", "=", ""),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    )
    await fc.assert(
      fc.asyncProperty(places, characters, async (at, character) => {
        const changed = `${whole.slice(0, at)}${character}${whole.slice(at + 1)}`
        fc.pre(changed !== whole)
        expect([400, 403, 404, 409, 422]).toContain((await witness.add(changed)).status)
      }),
      { numRuns: 400 },
    )
    expect((await witness.add(whole)).status).toBe(200)
  })

  it.each([
    ["nothing", () => ""],
    ["no old size", (whole: string) => whole.slice(whole.indexOf("\n") + 1)],
    ["an old size with a zero before", (whole: string) => whole.replace("old 300", "old 0300")],
    ["an old size larger than the new", (whole: string) => whole.replace("old 300", "old 701")],
    ["64 hashes", (whole: string) => whole.replace("\n\n", `${`\n${"A".repeat(43)}=`.repeat(64)}\n\n`)],
    ["a hash that is too short", (whole: string) => whole.replace("\n\n", "\nAAAA\n\n")],
    ["no newline at its end", (whole: string) => whole.trimEnd()],
    ["lines that end as on Windows", (whole: string) => whole.replaceAll("\n", "\r\n")],
  ])("answers 400 to a body with %s", async (_what, change) => {
    const witness = await witnessed(300)
    expect((await witness.add(change(await submissionOf(log, 300, 700)))).status).toBe(400)
  })

  it("answers 413 to more than 128 kB", async () => {
    expect((await (await start()).add("x".repeat(200_000))).status).toBe(413)
  })
})

describe("what else a witness answers", () => {
  it("shows the newest checkpoint of a log, signed by the log and by itself", async () => {
    const witness = await witnessed(300)
    await witness.add(await submissionOf(log, 300, 700))
    const note = readNote(await newest(witness)) as SignedNote
    expect(note.text).toBe(readNote((await log.checkpoint(700)).note)?.text)
    expect(checkNote(note, [witness.key, logKey]).verified).toEqual([witness.key, logKey])
    expect(note.signatures).toHaveLength(2)
  })

  it("answers 404 for a log that it never signed", async () => {
    expect(await newest(await start())).toBe("404")
  })

  it("is healthy", async () => {
    const response = await fetch(`${(await start()).url}/healthz`)
    expect([response.status, await response.text()]).toEqual([200, "ok\n"])
  })

  it.each([
    ["GET", "/add-checkpoint", 405],
    ["PUT", "/add-checkpoint", 405],
    ["POST", "/healthz", 405],
    ["DELETE", `/${"0".repeat(64)}/checkpoint`, 405],
    ["GET", "/", 404],
    ["POST", "/add-checkpoint/", 404],
    ["POST", "/sign-subtree", 404],
    ["GET", `/${"0".repeat(64)}/checkpoint/..`, 404],
    ["GET", `/${"A".repeat(64)}/checkpoint`, 404],
    ["HEAD", "/healthz", 200],
  ])("answers %s %s with %i", async (method, path, status) => {
    const { url } = await start()
    expect((await fetch(`${url}${path}`, { method })).status).toBe(status)
  })

  it("keeps what it signed where its owner alone can read it", async () => {
    const { statePath } = await witnessed(300)
    expect((await stat(statePath)).mode & 0o777).toBe(0o600)
  })

  it("writes one line for each decision", async () => {
    const witness = await witnessed(300)
    await witness.add(await submissionOf(log, 0, 300))
    await witness.add("nonsense")
    const told = { event: "checkpoint", origin: log.origin, size: 300 }
    expect(witness.lines).toEqual([
      { ...told, outcome: "cosigned", status: 200, oldSize: 0 },
      { ...told, outcome: "conflict", status: 409, oldSize: 0 },
      { event: "checkpoint", outcome: "malformed", status: 400 },
    ])
  })
})

async function newest({ url }: OwnWitness): Promise<string> {
  const response = await fetch(`${url}/${createHash("sha256").update(log.origin).digest("hex")}/checkpoint`)
  return response.status === 200 ? await response.text() : String(response.status)
}
