import { spawnSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ensureProgram, programs } from "../../scripts/ensure-program.ts"
import { projectRoot } from "../../scripts/run-command.ts"
import { leafOf } from "../../src/core/audit/leaf.ts"
import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import {
  ED25519,
  readVerifierKey,
  type VerifierKey,
  verifierKeyOf,
  writeVerifierKey,
} from "../../src/core/notes/verifier-key.ts"
import { eventAt } from "../../src/core/verifying/find-event.ts"
import { proveEvent } from "../../src/core/verifying/prove-event.ts"
import { openSqliteLog } from "../../src/stores/sqlite/open-log.ts"
import { createApp, signIn } from "../app.ts"
import { insideKinds } from "../tamper/campaign.ts"
import { createDraw } from "../tamper/draw.ts"
import type { LogFacts } from "../tamper/log-facts.ts"
import { LOG_SECRET, makeLog, VKEY } from "../tamper/make-log.ts"
import { outsideKinds, silentKinds } from "../tamper/outside-kinds.ts"
import { makeLogs, tamperCopy } from "../tamper/tamper-copy.ts"
import { verifyFile } from "../tamper/verify-file.ts"
import { anyRow } from "./any-row.ts"
import { askVerifier, VERIFY } from "./ask-verifier.ts"

const PAGE = readFileSync(join(projectRoot, "docs/audit-log-format.md"), "utf8")

let python: string
let folder: string
let logs: readonly LogFacts[]

beforeAll(async () => {
  python = await ensureProgram(programs.python)
  folder = mkdtempSync(join(tmpdir(), "linklatch-python-"))
  logs = await makeLogs(folder, 5)
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Verdict {
  readonly verified: boolean
  readonly findings: readonly { readonly code: string; readonly index: number | null }[]
}

const ask = <Answer>(answer: string, questions: readonly unknown[]) => askVerifier<Answer>(python, answer, questions)
const run = (...words: readonly string[]) => spawnSync(python, [VERIFY, ...words], { encoding: "utf8" })

describe("the verifier in Python", () => {
  it("checks signatures as RFC 8032 has them", async () => {
    const asked = RFC_8032.flatMap(([key, message, signature]) => {
      const others = [signature.replace(/^./, (digit) => (digit === "0" ? "1" : "0")), signature.replace(/.$/, "f")]
      return [signature, ...others].map((one) => [key, message, one])
    })
    const answers = await ask<boolean>("verify.verify_ed25519(*map(bytes.fromhex, ask))", asked)
    expect(answers).toEqual(RFC_8032.flatMap(() => [true, false, false]))
  })

  it("makes of any row the leaf that we make", async () => {
    const rows = fc.sample(anyRow, 3_000)
    const columns = rows.map(({ id, at, type, userId, detail, commitment }) => [
      id,
      at,
      type,
      userId,
      detail,
      commitment,
    ])
    const encode = "verify.Text(value.encode()) if isinstance(value, str) else value"
    const leaves = await ask<string>(`verify.leaf_of(*[${encode} for value in ask]).decode()`, columns)
    for (const [nth, one] of rows.entries()) expect(leaves[nth], one.detail).toBe(leafOf(one))
  })

  it("AUD-3 finds in every kind of tampering what we find, and in none what we don't", async () => {
    const kinds = [...insideKinds, ...outsideKinds, ...silentKinds]
    const asked: { path: string; outside: readonly string[] }[] = []
    const ours: Verdict[] = []
    for (const [nth, kind] of kinds.entries()) {
      const path = join(folder, `tampered-${nth}.db`)
      const tampered = await tamperCopy(kind, { logs, path, seed: 11 })
      const outside = insideKinds.includes(kind) ? [] : (tampered?.log.outside.slice(-1) ?? [])
      const { findings } = await verifyFile(path, outside)
      ours.push({
        verified: findings.length === 0,
        findings: findings.map(({ code, index }) => ({ code, index: index ?? null })),
      })
      asked.push({ path, outside: outside.map(({ note }) => note) })
    }
    const outside = '[("outside", note.encode()) for note in ask["outside"]]'
    const theirs = await ask<Verdict>(`verify.report_log(ask["path"], [verify.read_key("${VKEY}")], ${outside})`, asked)
    for (const [nth, { name, codes }] of kinds.entries()) {
      const [we, they] = [ours[nth], theirs[nth]]
      expect({ name, verified: they?.verified }).toEqual({ name, verified: we?.verified })
      // Ours goes no further where it can't read the head.
      if (we?.findings[0]?.code === "unreadable") continue
      // Which of two that are said of one event comes first is nobody's business.
      const first = we?.findings.find(({ code }) => codes.includes(code))
      const alike = they?.findings.filter(({ index }) => index === (first?.index ?? null)).map(({ code }) => code)
      if (first !== undefined) expect({ name, alike }).toEqual({ name, alike: expect.arrayContaining([first.code]) })
      const [ourFirst, theirFirst] = [we, they].map((one) => one?.findings[0]?.index ?? null)
      expect({ name, index: theirFirst }).toEqual({ name, index: ourFirst })
    }
  }, 60_000)

  it("verifies logs of every shape", async () => {
    const plan = { events: 65_537, passes: 3, erased: 1, pruned: 1, isLate: false, waiting: 0 }
    const large = await makeLog(join(folder, "large.db"), plan, createDraw(3))
    for (const log of [...logs, large]) {
      const said = run(log.path, "--key", VKEY, "--json")
      expect(said.stderr).toBe("")
      expect(JSON.parse(said.stdout)).toMatchObject({ verified: true, findings: [] })
      expect(said.status).toBe(0)
    }
  }, 60_000)

  it("reads what is in the journal beside the file, and writes nothing", () => {
    const path = join(folder, "journal.db")
    copyFileSync((logs[0] as LogFacts).path, path)
    const database = new DatabaseSync(path)
    database.exec("pragma journal_mode = wal; pragma wal_autocheckpoint = 0; update audit_log set lease_until = 1")
    const before = readFileSync(path)
    expect(run(path, "--key", VKEY)).toMatchObject({ status: 0, stderr: "" })
    database.exec("drop trigger auth_events_no_update; update auth_events set at = at + 1 where seq = 7")
    expect(run(path, "--key", VKEY)).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(/^event_changed at index 6:/),
    })
    expect(readFileSync(path).equals(before)).toBe(true)
    database.close()
  })

  it("verifies what a server sealed", async () => {
    const path = join(folder, "server.db")
    const app = createApp({ path, secret: LOG_SECRET, audit: { seal: true } })
    const { browser } = await signIn(app, "ada@example.com")
    await browser.post("/auth/sign-out")
    await app.close()
    const database = new DatabaseSync(path, { readOnly: true })
    const note = String(
      database.prepare("select note from audit_checkpoints order by size desc limit 1").get()?.["note"],
    )
    database.close()
    const [name = ""] = note.split("\n")
    const key = writeVerifierKey(verifierKeyOf(name, ED25519, deriveLogKey(LOG_SECRET).publicKey))
    const said = run(path, "--key", key, "--json")
    expect(JSON.parse(said.stdout)).toMatchObject({ verified: true, findings: [], notes: [] })
    expect(JSON.parse(said.stdout).size).toBeGreaterThan(5)
  })

  it("takes checkpoints from a file of many, and finds with them what was cut", async () => {
    const log = logs[0] as LogFacts
    const file = join(folder, "checkpoints.txt")
    writeFileSync(file, `\f\ntorn in the mid${log.outside.map(({ note }) => `\f\n${note}`).join("")}`)
    expect(run(log.path, "--key", VKEY, "--checkpoint", file)).toMatchObject({ status: 0 })
    const cut = run(log.oldCopy?.path ?? "", "--key", VKEY, "--checkpoint", file)
    expect(cut).toMatchObject({ status: 3, stdout: expect.stringContaining(`log_cut at index ${log.oldCopy?.size}`) })
    writeFileSync(file, "nothing")
    expect(run(log.path, "--key", VKEY, "--checkpoint", file).status).toBe(1)
  })

  it("verifies the proofs that we write, and no other", async () => {
    const { log, close } = openSqliteLog((logs[4] as LogFacts).path)
    const key = readVerifierKey(VKEY) as VerifierKey
    const asked: { proof: string; index: number }[] = []
    for (const index of [256, 257, 300, 511, 512, 767, 768, 899]) {
      const found = await eventAt(log, index)
      if (found.status !== "found") throw new Error(`There is no event ${index}.`)
      const proven = await proveEvent(log, found, { log: () => [key], witnesses: [] })
      if (proven.status !== "proven") throw new Error(`Event ${index}: ${proven.status}`)
      asked.push({ proof: proven.proof, index })
    }
    close()
    const check = `verify.check_proof(ask["proof"].encode(), [verify.read_key("${VKEY}")])`
    const answers = await ask<readonly [number, string]>(check, asked)
    expect(answers.map(([index]) => index)).toEqual(asked.map(({ index }) => index))
    const others = asked.map(({ proof, index }) => ({
      proof: proof.replace(`index ${index}\n`, `index ${index + 1}\n`),
    }))
    const file = join(folder, "other.tlog-proof")
    for (const { proof } of others) {
      writeFileSync(file, proof)
      expect(run(file, "--key", VKEY)).toMatchObject({ status: 3, stdout: expect.stringContaining("proof_invalid") })
    }
  }, 30_000)

  it("verifies the proof that the format's page shows, and no other", () => {
    const proof = /^```text proof\n([\s\S]*?)^```$/m.exec(PAGE)?.[1] ?? ""
    const keys = [...PAGE.matchAll(/^\| (?:log|witness) \| `[0-9a-f]{64}` \| `(\S+)` \|$/gm)].flatMap(
      ([, key = ""]) => ["--key", key],
    )
    const file = join(folder, "event.tlog-proof")
    writeFileSync(file, proof)
    expect(run(file, ...keys)).toMatchObject({ status: 0, stdout: expect.stringContaining("Verified: event 1 of 3\n") })
    for (const [from, to] of [
      ["index 1", "index 0"],
      ["extra eyJ", "extra eyK"],
      ["\nFmPuwq", "\nGmPuwq"],
      ["+XxAFl", "+XxAFm"],
      ["6EmBcg", "6EmBch"],
    ] as const) {
      writeFileSync(file, proof.replace(from, to))
      expect(run(file, ...keys).status, from).toBe(proof.includes(from) ? 3 : 0)
    }
  })

  it("says by its exit code what a script wants to know", () => {
    const [log] = logs as readonly [LogFacts]
    expect(run(log.path, "--key", VKEY).stdout).toMatch(/^Verified: \d+ events/)
    expect(run(join(folder, "nothing.db"), "--key", VKEY)).toMatchObject({ status: 1, stdout: "" })
    expect(run(log.path, "--key", "example.com+00000000+AQ==")).toMatchObject({ status: 1 })
    expect(run(log.path).status).toBe(2)
    const stranger = "example.com/auth/log+f97c4016+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    expect(run(log.path, "--key", stranger)).toMatchObject({
      status: 3,
      stdout: expect.stringContaining("checkpoint_unsigned"),
    })
  })
})

// RFC 8032 §7.1: public key, message, signature.
const RFC_8032 = [
  [
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
] as const
