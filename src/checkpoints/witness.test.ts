import type { ServerResponse } from "node:http"
import fc from "fast-check"
import { afterEach, describe, expect, it } from "vitest"
import { freePort } from "../../test/free-port.ts"
import { type HttpPeer, openHttpPeer } from "../../test/http-peer.ts"
import { type OwnWitness, ownWitness } from "../../test/own-witness.ts"
import { type SampleLog, sampleLog } from "../../test/sample-log.ts"
import { checkNote } from "../core/notes/check-note.ts"
import { cosignCheckpoint } from "../core/notes/cosignature.ts"
import { deriveLogKey } from "../core/notes/log-key.ts"
import { readNote, type SignedNote } from "../core/notes/signed-note.ts"
import { COSIGNATURE, verifierKeyOf, writeVerifierKey } from "../core/notes/verifier-key.ts"
import type { CheckpointOutlet } from "../core/sealing/checkpoint-outlet.ts"
import { witness } from "./witness.ts"

const log = sampleLog()
const fork = sampleLog({ forksAt: 100 })
const signer = deriveLogKey(`witness-${"k".repeat(32)}`)
const other = deriveLogKey(`other-${"k".repeat(32)}`)
const name = "witness.example.org/w1"
const key = writeVerifierKey(verifierKeyOf(name, COSIGNATURE, signer.publicKey))

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const start = () => ownWitness({ logs: [log.verifierKey] })
const outletOf = ({ url, verifierKey }: OwnWitness) => witness({ url, key: verifierKey })

async function publish(outlet: CheckpointOutlet, size: number, from: SampleLog = log): Promise<string | null> {
  return (await outlet.publish(await from.checkpoint(size), from.prover(size))).cosigned
}

describe("a witness as an outlet", () => {
  it("returns each checkpoint with its cosignature added", async () => {
    const own = await start()
    const outlet = outletOf(own)
    for (const size of [1, 256, 300, 700]) {
      const cosigned = (await publish(outlet, size)) as string
      expect(cosigned.startsWith((await log.checkpoint(size)).note)).toBe(true)
      expect(checkNote(readNote(cosigned) as SignedNote, [own.key]).verified).toEqual([own.key])
    }
    expect(own.lines.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it("learns from the witness how large the log was, after a restart", async () => {
    const own = await start()
    await publish(outletOf(own), 300)
    expect(await publish(outletOf(own), 700)).not.toBeNull()
    expect(own.lines.map(({ status }) => status)).toEqual([200, 409, 200])
  })

  it("learns it anew where another process was quicker", async () => {
    const own = await start()
    const [one, two] = [outletOf(own), outletOf(own)]
    await publish(one, 300)
    await publish(two, 400)
    expect(await publish(one, 700)).not.toBeNull()
    expect(await publish(two, 700)).not.toBeNull()
  })

  it("gets no signature for a log that was changed, cut or forked", async () => {
    const own = await start()
    await publish(outletOf(own), 300)
    const follows = { code: "outlet_failed", message: expect.stringContaining("(422)") }
    await expect(publish(outletOf(own), 700, fork)).rejects.toMatchObject(follows)
    await expect(publish(outletOf(own), 300, fork)).rejects.toMatchObject(follows)
    const cut = { code: "outlet_failed", message: expect.stringContaining("300 events, more than this one has") }
    await expect(publish(outletOf(own), 200)).rejects.toMatchObject(cut)
    await expect(publish(outletOf(own), 200, fork)).rejects.toMatchObject(cut)
  })

  it.each([
    [{ origin: "other.example/log" }, "(404). It doesn't know this log"],
    [{ secret: `new-key-${"k".repeat(32)}` }, "(403). It knows this log by another key"],
  ])("says what to do where the witness doesn't know %o", async (options, message) => {
    const stranger = sampleLog(options)
    await expect(publish(outletOf(await start()), 3, stranger)).rejects.toMatchObject({
      message: expect.stringContaining(message),
    })
  })

  it("says which checkpoint of a log the witness has", async () => {
    const outlet = outletOf(await start())
    expect(await outlet.latest(log.origin)).toBeNull()
    await publish(outlet, 300)
    const cosigned = await publish(outlet, 700)
    expect(await outlet.latest(log.origin)).toBe(cosigned)
    expect(await outlet.latest("example.com/auth/log-2")).toBeNull()
  })

  it("says so where the witness is away", async () => {
    const outlet = witness({ key, url: `http://127.0.0.1:${await freePort()}` })
    await expect(publish(outlet, 3)).rejects.toMatchObject({ code: "outlet_failed", cause: expect.anything() })
    await expect(outlet.latest(log.origin)).rejects.toMatchObject({ code: "outlet_failed" })
  })

  it.each(["https://witness.example.org", "https://witness.example.org/prefix/"])("takes %s", (url) => {
    expect(witness({ key, url }).name).toBe(`witness ${name}`)
  })

  it.each([
    { key, url: "http://witness.example.org" },
    { key, url: "https://user:password@witness.example.org" },
    { key, url: "https://witness.example.org/?a=b" },
    { key, url: "witness.example.org" },
    { key: log.verifierKey, url: "https://witness.example.org" },
    { key: key.replace(/.$/, "A"), url: "https://witness.example.org" },
    { key: "", url: "https://witness.example.org" },
  ])("refuses $key at $url", (options) => {
    expect(() => witness(options)).toThrow(expect.objectContaining({ code: "invalid_configuration" }))
  })
})

describe("a witness that can't be trusted", () => {
  async function peer(answer: (response: ServerResponse) => void): Promise<HttpPeer> {
    const opened = await openHttpPeer((_request, response) => answer(response))
    open.push(opened)
    return opened
  }

  async function answering(status: number, body: string, headers: Record<string, string> = {}) {
    const { url, requests } = await peer((response) => void response.writeHead(status, headers).end(body))
    return { outlet: witness({ key, url, timeout: 1_000 }), requests }
  }

  async function lineBy(signingKey = signer, { size = 300, at = 1_763_700_000, as = name } = {}): Promise<string> {
    const { note } = await log.checkpoint(size)
    return `${cosignCheckpoint(readNote(note)?.text ?? "", { name: as, key: signingKey, at })}\n`
  }

  it("is believed by its key alone, and what others signed is left out", async () => {
    const [own, theirs] = [await lineBy(), await lineBy(other, { as: "witness.example.org/w2" })]
    const { outlet } = await answering(200, theirs + own)
    expect(await publish(outlet, 300)).toBe((await log.checkpoint(300)).note + own)
  })

  it.each([
    ["nothing", async () => ""],
    ["a page", async () => "<!doctype html><p>Signed, sincerely.</p>\n"],
    ["the signature of another", async () => lineBy(other, { as: "witness.example.org/w2" })],
    ["the signature of another under its name", async () => lineBy(other)],
    ["a signature of another checkpoint", async () => lineBy(signer, { size: 299 })],
    ["a good signature and a broken one", async () => (await lineBy()) + (await lineBy(signer, { size: 299 }))],
    ["a signature without its newline", async () => (await lineBy()).trimEnd()],
    ["a whole note", async () => (await log.checkpoint(300)).note + (await lineBy())],
  ])("isn't believed where it answers with %s", async (_what, body) => {
    const { outlet } = await answering(200, await body())
    await expect(publish(outlet, 300)).rejects.toMatchObject({
      message: expect.stringContaining("no cosignature of its own"),
    })
  })

  it("isn't believed whatever it answers with (P13)", async () => {
    let body = ""
    const { url } = await peer((response) => void response.writeHead(200).end(body))
    const outlet = witness({ key, url })
    const line = await lineBy()
    const bodies = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.tuple(fc.nat(line.length - 2), fc.string({ minLength: 1, maxLength: 3 })).map(([at, text]) => {
        return line.slice(0, at) + text + line.slice(at + 1)
      }),
    )
    await fc.assert(
      fc.asyncProperty(bodies, async (one) => {
        fc.pre(one !== line)
        body = one
        await expect(publish(outlet, 300)).rejects.toMatchObject({ code: "outlet_failed" })
        expect(await outlet.latest(log.origin)).toBeNull()
      }),
      { numRuns: 200 },
    )
  })

  it("is asked three times at most while it changes its mind", async () => {
    let size = 0
    const { url, requests } = await peer((response) => {
      size += 1
      response.writeHead(409, { "Content-Type": "text/x.tlog.size" }).end(`${size}\n`)
    })
    await expect(publish(witness({ key, url }), 300)).rejects.toMatchObject({ code: "outlet_failed" })
    expect(requests.map(({ body }) => body.split("\n")[0])).toEqual(["old 0", "old 1", "old 2"])
  })

  it.each([
    ["text/plain", "200\n"],
    ["text/x.tlog.size", "200"],
    ["text/x.tlog.size", "0200\n"],
    ["text/x.tlog.size", "-1\n"],
    ["text/x.tlog.size", "many\n"],
    ["text/x.tlog.size", "9999999999999999\n"],
    ["text/x.tlog.size", "200\n201\n"],
  ])("gets no proof for a size that it says as %s %j", async (type, body) => {
    const { outlet, requests } = await answering(409, body, { "Content-Type": type })
    await expect(publish(outlet, 300)).rejects.toMatchObject({ message: expect.stringContaining("how large") })
    expect(requests).toHaveLength(1)
  })

  it("leads nowhere else", async () => {
    const elsewhere = await start()
    const { outlet } = await answering(307, "", { Location: `${elsewhere.url}/add-checkpoint` })
    await expect(publish(outlet, 300)).rejects.toMatchObject({ code: "outlet_failed" })
    expect(elsewhere.lines).toEqual([])
  })

  it("is let go where its answer doesn't come, doesn't end, or is too long", async () => {
    const late = await peer(() => undefined)
    const endless = await peer((response) => void response.writeHead(200).write("—"))
    for (const { url } of [late, endless]) {
      const published = publish(witness({ key, url, timeout: 100 }), 300)
      await expect(published).rejects.toMatchObject({ cause: { name: "TimeoutError" } })
    }
    const { outlet } = await answering(200, "x".repeat(100_000))
    await expect(publish(outlet, 300)).rejects.toMatchObject({ cause: { message: "The answer is too long." } })
  })

  it("says so where it fails", async () => {
    const { outlet } = await answering(500, "")
    await expect(publish(outlet, 300)).rejects.toMatchObject({ message: expect.stringContaining("(500)") })
    await expect(outlet.latest(log.origin)).rejects.toMatchObject({ code: "outlet_failed" })
  })

  it("has no newest checkpoint that it didn't sign, or that is of another log", async () => {
    const { note } = await log.checkpoint(300)
    expect(await (await answering(200, note)).outlet.latest(log.origin)).toBeNull()
    expect(await (await answering(200, note + (await lineBy()))).outlet.latest("example.com/auth")).toBeNull()
    expect(await (await answering(200, note + (await lineBy()))).outlet.latest(log.origin)).not.toBeNull()
  })

  it("signs at no time, and isn't believed", async () => {
    const line = await lineBy()
    const [, , encoded = ""] = line.trimEnd().split(" ")
    const bytes = Buffer.from(encoded, "base64")
    // C2SP tlog-witness: the time must not be zero. It would have to be signed as zero, which our own signer refuses to do.
    const text = `cosignature/v1\ntime 0\n${readNote((await log.checkpoint(300)).note)?.text}`
    const timeless = Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(8), signer.sign(text)])
    const { outlet } = await answering(200, `— ${name} ${timeless.toString("base64")}\n`)
    await expect(publish(outlet, 300)).rejects.toMatchObject({ code: "outlet_failed" })
  })
})
