import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Webhook } from "standardwebhooks"
import { expect, it, onTestFinished } from "vitest"
import { checkNote } from "../../src/core/notes/check-note.ts"
import { readCheckpoint } from "../../src/core/notes/checkpoint.ts"
import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import { readNote, type SignedNote } from "../../src/core/notes/signed-note.ts"
import { ED25519, type VerifierKey, verifierKeyOf, writeVerifierKey } from "../../src/core/notes/verifier-key.ts"
import { readEnvironment } from "../../src/server/environment.ts"
import { createLog } from "../../src/server/log.ts"
import { startServer } from "../../src/server/server.ts"
import { secretsOf } from "../../src/server/server-config.ts"
import { openHttpPeer } from "../http-peer.ts"
import { ownFolder, ownWitness } from "../own-witness.ts"
import { messageOf, openTcpServer } from "../syslog-server.ts"

const SECRET = "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU"
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`
const ORIGIN = "login.example.com/auth/log"
const logKey = verifierKeyOf(ORIGIN, ED25519, deriveLogKey(SECRET).publicKey)

interface Place {
  readonly folder: string
  readonly lines: string[]
}

/** The server as the environment asks for it, and somebody who asks for a link. */
async function askForLink(env: Record<string, string>, { folder, lines }: Place): Promise<() => Promise<void>> {
  const settings = { PORT: "0", PUBLIC_BASE_URL: "https://login.example.com", LINKLATCH_SECRET: SECRET, ...env }
  const database = { DATABASE_URL: `sqlite:${join(folder, "linklatch.db")}` }
  const outcome = readEnvironment({ ...settings, ...database }, { command: "dev", directory: folder })
  if (outcome.status === "faulty") throw new Error(JSON.stringify(outcome.faults))
  const { config } = outcome
  const write = (line: string) => void lines.push(line)
  const log = createLog({ mode: "production", level: "info", secrets: secretsOf(config), write })
  const running = await startServer(config, log)
  let stopping: Promise<void> | null = null
  const stop = () => (stopping ??= running.stop())
  onTestFinished(stop)
  const asked = await fetch(`http://127.0.0.1:${running.port}/auth/api/sign-in`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: "ada@example.com" }),
  })
  expect(asked.status).toBe(202)
  return stop
}

const checkedBy = (note: string, keys: readonly VerifierKey[]) => checkNote(readNote(note) as SignedNote, keys).verified
const notesIn = async (file: string) => (await readFile(file, "utf8").catch(() => "")).split("\f\n").slice(1)

it("takes checkpoints to everything that the environment names, and keeps what the witness signed", async () => {
  const place: Place = { folder: await ownFolder(), lines: [] }
  const witness = await ownWitness({ logs: [writeVerifierKey(logKey)] })
  const syslog = await openTcpServer()
  onTestFinished(() => syslog.close())
  const hook = await openHttpPeer((_request, response) => void response.writeHead(200).end())
  onTestFinished(() => hook.close())
  const file = join(place.folder, "checkpoints")
  const stop = await askForLink(
    {
      AUDIT_CHECKPOINT_FILE: file,
      AUDIT_WITNESSES: `${witness.verifierKey} ${witness.url}`,
      AUDIT_SYSLOG: syslog.url,
      AUDIT_WEBHOOK_URL: hook.url,
      AUDIT_WEBHOOK_SECRET: WEBHOOK_SECRET,
    },
    place,
  )
  await expect.poll(async () => (await notesIn(file)).length, { timeout: 5_000 }).toBeGreaterThan(0)
  const [first = ""] = await notesIn(file)
  expect(checkedBy(first, [logKey])).toEqual([logKey])
  expect(readCheckpoint(readNote(first)?.text ?? "")?.origin).toBe(ORIGIN)
  const message = await messageOf(syslog)
  expect(checkedBy(JSON.parse(message.slice(message.indexOf("] {") + 2)).note, [logKey])).toEqual([logKey])
  await expect.poll(() => hook.requests.length).toBeGreaterThan(0)
  const [{ body, headers } = expect.fail()] = hook.requests
  const posted = new Webhook(WEBHOOK_SECRET).verify(body, headers as Record<string, string>) as {
    data: { note: string }
  }
  expect(checkedBy(posted.data.note, [logKey])).toEqual([logKey])
  await expect.poll(() => witness.lines.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
  await stop()
  const database = new DatabaseSync(join(place.folder, "linklatch.db"), { readOnly: true })
  const kept = database
    .prepare("select note from audit_checkpoints")
    .all()
    .map(({ note }) => String(note))
  database.close()
  expect(kept.some((note) => checkedBy(note, [logKey, witness.key]).length === 2)).toBe(true)
  expect(place.lines.join("")).not.toMatch(/checkpoint_outlet_failed|whsec_/)
})

it("signs people in and seals on while none of them takes any", async () => {
  const place: Place = { folder: await ownFolder(), lines: [] }
  const witness = await ownWitness({ logs: [] })
  await askForLink(
    {
      AUDIT_CHECKPOINT_FILE: join(place.folder, "nowhere", "checkpoints"),
      AUDIT_WITNESSES: `${witness.verifierKey} ${witness.url}`,
      AUDIT_SYSLOG: "tcp://127.0.0.1:1",
      AUDIT_WEBHOOK_URL: "http://127.0.0.1:1/hidden",
      AUDIT_WEBHOOK_SECRET: WEBHOOK_SECRET,
    },
    place,
  )
  const failed = () => place.lines.filter((line) => line.includes("checkpoint_outlet_failed"))
  await expect.poll(() => failed().length, { timeout: 5_000 }).toBe(4)
  const names = failed().map((line) => (JSON.parse(line) as { outlet: string }).outlet)
  expect(names.sort()).toEqual([
    "file checkpoints",
    "syslog 127.0.0.1:1",
    "webhook 127.0.0.1:1",
    "witness witness.example.org/w1",
  ])
  expect(place.lines.join("")).not.toMatch(/hidden|whsec_/)
})
