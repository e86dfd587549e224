import { once } from "node:events"
import { rm, stat, writeFile } from "node:fs/promises"
import { request } from "node:http"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { witness } from "../../src/checkpoints/witness.ts"
import { sampleLog } from "../sample-log.ts"
import { type Command, finish, finishJson, ownFolder, run } from "./run-command.ts"

const log = sampleLog()
const NAMED = ["witness", "--listen", "127.0.0.1:0", "--name", "witness.example.org/w1", "--log", log.verifierKey]

interface Listening {
  readonly url: string
  readonly verifierKey: string
  readonly isNewKey: boolean
}

async function listening(command: Command): Promise<Listening> {
  const { event, port, verifierKey, isNewKey } = await command.line(1)
  expect(event).toBe("listening")
  return { url: `http://127.0.0.1:${port}`, verifierKey: String(verifierKey), isNewKey: isNewKey === true }
}

async function publish({ url, verifierKey }: Listening, size: number): Promise<string | null> {
  const outlet = witness({ url, key: verifierKey })
  return (await outlet.publish(await log.checkpoint(size), log.prover(size))).cosigned
}

describe("linklatch witness", () => {
  it("makes its key, prints the part for others, and is the same witness after a restart", async () => {
    const command = run(NAMED)
    const first = await listening(command)
    expect(first).toMatchObject({ verifierKey: expect.stringMatching(/^witness\.example\.org\/w1\+/), isNewKey: true })
    expect(await publish(first, 300)).not.toBeNull()
    for (const file of ["witness.key", "witness.db"]) {
      expect((await stat(join(command.directory, file))).mode & 0o777).toBe(0o600)
    }
    command.child.kill("SIGTERM")
    expect(await command.ended).toBe(0)
    const again = run(NAMED, { directory: command.directory })
    const second = await listening(again)
    expect(second).toMatchObject({ verifierKey: first.verifierKey, isNewKey: false })
    expect(await publish(second, 700)).not.toBeNull()
    expect(await again.line(2)).toMatchObject({ event: "checkpoint", outcome: "conflict", status: 409, size: 700 })
    expect(await again.line(3)).toMatchObject({ event: "checkpoint", outcome: "cosigned", status: 200, oldSize: 300 })
  })

  it("doesn't start where what it signed is lost, or is told so", async () => {
    const command = run(NAMED)
    await publish(await listening(command), 300)
    command.child.kill("SIGTERM")
    await command.ended
    for (const file of ["witness.db", "witness.db-wal", "witness.db-shm"])
      await rm(join(command.directory, file), { force: true })
    const { code, error } = await finishJson(NAMED, { directory: command.directory })
    expect([code, error.faults[0].variable]).toEqual([78, "--state"])
    await listening(run([...NAMED, "--new-state"], { directory: command.directory }))
  })

  it("has another key under another name", async () => {
    const command = run(NAMED)
    const first = await listening(command)
    const renamed = run([...NAMED, "--name", "witness.example.org/w2"], { directory: command.directory })
    const [, , ofFirst] = first.verifierKey.split("+")
    const [, , ofSecond] = (await listening(renamed)).verifierKey.split("+")
    expect(ofSecond).not.toBe(ofFirst)
  })

  it("reads the environment where no option says otherwise", async () => {
    const other = sampleLog({ origin: "other.example/log" })
    const command = run("witness", {
      env: {
        WITNESS_LISTEN: "127.0.0.1:0",
        WITNESS_NAME: "witness.example.org/w9",
        WITNESS_LOGS: `${log.verifierKey}\n${other.verifierKey}`,
        WITNESS_STATE: "state.db",
        WITNESS_KEY_FILE: "key",
      },
    })
    expect(await command.line(1)).toMatchObject({
      verifierKey: expect.stringMatching(/^witness\.example\.org\/w9\+/),
      logs: [log.origin, other.origin],
      state: "state.db",
      keyFile: "key",
    })
  })

  it("stops within seconds while somebody hangs on the line", async () => {
    const command = run(NAMED)
    const { url } = await listening(command)
    const hanging = request(`${url}/add-checkpoint`, { method: "POST", headers: { "Content-Length": 1_000 } })
    const cut = once(hanging, "error")
    hanging.write("old 0\n")
    await fetch(`${url}/healthz`)
    const started = performance.now()
    command.child.kill("SIGTERM")
    expect(await command.ended).toBe(0)
    expect(performance.now() - started).toBeLessThan(6_000)
    expect((await cut)[0]).toMatchObject({ code: "ECONNRESET" })
  })

  it("prints no part of its key", async () => {
    const directory = ownFolder()
    const secret = "c".repeat(43)
    await writeFile(join(directory, "witness.key"), secret, { mode: 0o644 })
    const command = run([...NAMED, "--new-state"], { directory })
    await publish(await listening(command), 300)
    expect(await command.line(2)).toMatchObject({ level: "warn", event: "key_is_open" })
    await command.line(3)
    command.child.kill("SIGTERM")
    await command.ended
    expect(command.out() + command.err()).not.toContain("cccc")
  })

  it("names everything that is wrong at once, and exits with 78", async () => {
    const { code, error } = await finishJson(["witness", "--listen", "here", "--log", "no-key"])
    expect(code).toBe(78)
    expect(error.faults.map(({ variable }: { variable: string }) => variable)).toEqual(["--listen", "--name", "--log"])
  })

  it("doesn't take the key of another witness for that of a log", async () => {
    const key = "witness.example.com/w1+e8498172+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM"
    const { code, err } = await finish(["witness", "--name", "witness.example.org/w1", "--log", key])
    expect(code).toBe(78)
    expect(err).toContain("It is not a log's verifier key.")
  })

  it("says in words what is missing", async () => {
    const { code, err } = await finish("witness --name witness.example.org/w1")
    expect(code).toBe(78)
    expect(err).toMatch(/--log\s+There is no log to witness\./)
  })

  it.each(["short", ""])("doesn't take %j for a key, or write over it", async (content) => {
    const directory = ownFolder()
    await writeFile(join(directory, "witness.key"), content)
    const { code, err } = await finish([...NAMED, "--new-state"], { directory })
    expect(code).toBe(78)
    expect(err).toContain("witness.key holds no key of a witness")
    expect((await stat(join(directory, "witness.key"))).size).toBe(content.length)
  })

  it("says so where it can't listen", async () => {
    const { url } = await listening(run(NAMED))
    const taken = ["witness", "--name", "w", "--log", log.verifierKey, "--listen", new URL(url).host]
    const command = await finish(taken)
    expect(command.code).toBe(1)
    expect(JSON.parse(command.out)).toMatchObject({
      event: "start_failed",
      problem: expect.stringContaining("EADDRINUSE"),
    })
  })
})
