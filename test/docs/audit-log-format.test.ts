import { createPrivateKey, sign } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"
import type { Address } from "../../src/core/addresses/canonical-address.ts"
import { commitTo } from "../../src/core/audit/commitment.ts"
import { canonicalJson, type LeafRow, leafOf } from "../../src/core/audit/leaf.ts"
import { checkNote } from "../../src/core/notes/check-note.ts"
import { readCheckpoint, writeCheckpoint } from "../../src/core/notes/checkpoint.ts"
import { cosignCheckpoint } from "../../src/core/notes/cosignature.ts"
import type { LogKey } from "../../src/core/notes/log-key.ts"
import { writeLogProof } from "../../src/core/notes/log-proof.ts"
import { addSignatures, signNote } from "../../src/core/notes/sign-note.ts"
import { readNote } from "../../src/core/notes/signed-note.ts"
import { readVerifierKey } from "../../src/core/notes/verifier-key.ts"
import { addPositions } from "../../src/core/sealing/position-ranges.ts"
import { hashBytes } from "../../src/core/tree/encode-hash.ts"
import { extendTree } from "../../src/core/tree/extend-tree.ts"
import { EMPTY_ROOT, hashLeaf, type TreeHash } from "../../src/core/tree/hash.ts"
import { rootOf } from "../../src/core/tree/root-of.ts"

const PAGE = readFileSync(join(projectRoot, "docs/audit-log-format.md"), "utf8")

/** What stands in a fence of the page, `text rows`. */
function vector(name: string): string {
  const found = new RegExp(`^\`\`\`text ${name}\n([\\s\\S]*?)^\`\`\`$`, "m").exec(PAGE)?.[1]
  if (found === undefined) throw new Error(`The page has no ${name}.`)
  return found
}

const linesOf = (name: string) => vector(name).trimEnd().split("\n")
const [ROWS, LEAVES, HASHES, ROOTS] = ["rows", "leaves", "hashes", "roots"].map(linesOf) as [
  string[],
  string[],
  string[],
  string[],
]
const keys = [...PAGE.matchAll(/^\| (log|witness) \| `([0-9a-f]{64})` \| `(\S+)` \|$/gm)]

function readRow(line: string): LeafRow & { readonly position: number } {
  const [position, id = "", at, type = "", userId, detail = "", commitment] = line.split("|")
  return {
    position: Number(position),
    id,
    at: Number(at),
    type,
    userId: userId || null,
    detail,
    commitment: commitment || null,
  }
}

function keyOf(who: string): { readonly key: LogKey; readonly vkey: string } {
  const [, , seed = "", vkey = ""] = keys.find(([, one]) => one === who) ?? []
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, "hex")
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" })
  const publicKey = readVerifierKey(vkey)?.publicKey ?? new Uint8Array()
  return { vkey, key: { publicKey, sign: (message) => sign(null, Buffer.from(message), privateKey) } }
}

describe("the page on the format of the audit log", () => {
  it("has leaves as they are made from its rows, and says how long they are", () => {
    expect(ROWS.map((line) => leafOf(readRow(line)))).toEqual(LEAVES)
    const lengths = LEAVES.map((leaf) => Buffer.byteLength(leaf))
    expect(PAGE).toContain(`Their leaves, ${lengths[0]}, ${lengths[1]} and ${lengths[2]} bytes`)
    expect(PAGE).toContain(
      `\`${JSON.stringify(
        addPositions(
          [],
          ROWS.map((line) => readRow(line).position),
        ),
      )}\``,
    )
  })

  it("writes numbers as they are written", () => {
    const [, table = ""] = /^\| double \| canonical \|\n\|---\|---\|\n((?:\|.*\n)+)/m.exec(PAGE) ?? []
    const rows = [...table.matchAll(/^\| (\S+) \| `(\S+)` \|$/gm)]
    expect(rows.length).toBeGreaterThan(8)
    for (const [, number = "", canonical] of rows) expect(canonicalJson(JSON.parse(number)), number).toBe(canonical)
  })

  it("has the hashes of its leaves, and the roots over them", () => {
    const leaves = LEAVES.map(hashLeaf)
    expect(leaves.map((hash) => hashBytes(hash).toString("hex"))).toEqual(HASHES)
    const rootAt = (size: number) => rootOf(extendTree({ size: 0, levels: [] }, leaves.slice(0, size)).frontier)
    expect([1, 2, 3].map((size) => hashBytes(rootAt(size)).toString("hex"))).toEqual(ROOTS)
    expect(hashBytes(rootAt(0))).toEqual(hashBytes(EMPTY_ROOT))
  })

  it("has the commitment to a person", () => {
    const [person = "", commitment] = linesOf("commitment")
    const salt = Buffer.from(/salt `([0-9a-f]{64})`/.exec(PAGE)?.[1] ?? "", "hex")
    const { address, ip, userAgent } = JSON.parse(person) as Record<string, string>
    expect(commitTo({ address: address as Address, ip: ip ?? null, userAgent: userAgent ?? null }, salt)).toBe(
      commitment,
    )
    expect(ROWS[0]).toContain(commitment)
  })

  it("has the checkpoint that its keys sign, byte for byte", () => {
    const text = writeCheckpoint({
      origin: "example.com/auth/log",
      size: 3,
      root: rootOf(extendTree({ size: 0, levels: [] }, LEAVES.map(hashLeaf)).frontier),
    })
    const [log, witness] = [keyOf("log"), keyOf("witness")]
    const signed = signNote(text, { name: "example.com/auth/log", key: log.key })
    const line = cosignCheckpoint(text, { name: "witness.example.com/w1", key: witness.key, at: 1_790_000_002 })
    expect(addSignatures(signed, [line])).toBe(vector("checkpoint"))
    const note = readNote(vector("checkpoint"))
    const known = [log, witness].map(({ vkey }) => readVerifierKey(vkey)).filter((key) => key !== null)
    expect(known).toHaveLength(2)
    expect(note && checkNote(note, known)).toEqual({ verified: known, broken: [] })
    expect(note && readCheckpoint(note.text)?.size).toBe(3)
  })

  it("has the proof of its second event, byte for byte", () => {
    const [one, , three] = LEAVES.map(hashLeaf) as [TreeHash, TreeHash, TreeHash]
    const extra = Buffer.from(LEAVES[1] ?? "")
    const proof = writeLogProof({ extra, index: 1, proof: [one, three], checkpoint: vector("checkpoint") })
    expect(proof).toBe(vector("proof"))
  })
})
