import { createHash } from "node:crypto"
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { finish, finishJson, ownFolder } from "./run-command.ts"

const SECRETS = [
  "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU",
  "aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV",
  "zY9xW8vU7tS6rQ5pO4nM3lK2jI1hG0fE",
] as const
const fingerprint = (secret: string) => createHash("sha256").update(secret).digest("hex").slice(0, 8)

function folderWith(text: string, name = ".env") {
  const directory = ownFolder()
  const file = join(directory, name)
  writeFileSync(file, text, { mode: 0o600 })
  return { directory, file, read: () => readFileSync(file, "utf8") }
}

/** The list in a text like `LINKLATCH_SECRET=a,b`. */
const secretsIn = (text: string) => /LINKLATCH_SECRET="?([\w,-]+)/.exec(text)?.[1]?.split(",") ?? []

describe("linklatch keys list", () => {
  it("shows position, length and fingerprint, and no secret", async () => {
    const { directory } = folderWith(`LINKLATCH_SECRET="${SECRETS[0]}, ${SECRETS[1]}"\n`)
    const [prose, json] = await Promise.all([
      finish("keys list", { directory }),
      finishJson("keys list", { directory }),
    ])
    expect(json.told).toEqual({
      place: ".env",
      secrets: [
        { position: 1, role: "signs", length: 32, fingerprint: fingerprint(SECRETS[0]) },
        { position: 2, role: "verifies", length: 32, fingerprint: fingerprint(SECRETS[1]) },
      ],
    })
    expect(prose.out).toContain(fingerprint(SECRETS[1]))
    for (const secret of SECRETS) expect(prose.out + prose.err + json.everything).not.toContain(secret)
  })

  it("looks where the server would", async () => {
    const { directory } = folderWith(`LINKLATCH_SECRET=${SECRETS[0]}\n`)
    writeFileSync(join(directory, "secret"), `${SECRETS[1]}\n`)
    const placeWith = async (env: Record<string, string>, args = "") =>
      (await finishJson(`keys list ${args}`, { directory, env })).told.place
    const places = [
      placeWith({}),
      placeWith({ LINKLATCH_SECRET: SECRETS[2] }),
      placeWith({ LINKLATCH_SECRET_FILE: "secret" }),
      placeWith({ LINKLATCH_SECRET: SECRETS[2] }, "--env-file .env"),
    ]
    expect(await Promise.all(places)).toEqual([".env", "the environment", "secret", ".env"])
  })
})

describe("linklatch keys rotate", () => {
  it("puts a new secret in front, keeps two, and leaves every other line and the mode as they were", async () => {
    const before = `# why\r\nexport LINKLATCH_SECRET="${SECRETS[0]}" # signs\r\nSITE_NAME='A # B'\r\n\r\n`
    const { directory, file, read } = folderWith(before)
    chmodSync(file, 0o640)
    const { code, out, err } = await finish("keys rotate", { directory })
    expect([code, err]).toEqual([0, ""])
    const [fresh, ...older] = secretsIn(read())
    expect(older).toEqual([SECRETS[0]])
    expect(fresh).toMatch(/^[\w-]{43}$/)
    expect(read()).toBe(before.replace(SECRETS[0], `${fresh},${SECRETS[0]}`))
    expect((statSync(file).mode & 0o777).toString(8)).toBe("640")
    expect(readdirSync(directory)).toEqual([".env"])
    expect(out).toContain("Nobody is signed out.")
    expect(out).not.toContain(fresh)
    expect(out).not.toContain(SECRETS[0])
  })

  it("drops the oldest beyond --keep, and says so", async () => {
    const { directory, read } = folderWith(`LINKLATCH_SECRET=${SECRETS.join(",")}\n`)
    const { told } = await finishJson("keys rotate", { directory })
    expect(told).toMatchObject({ status: "rotated", place: ".env", kept: 2, dropped: 1 })
    expect(secretsIn(read()).slice(1)).toEqual([SECRETS[0], SECRETS[1]])
    const alone = await finish("keys rotate --keep 0", { directory })
    expect(alone.out).toContain("Everybody signs in again.")
    expect(secretsIn(read())).toHaveLength(1)
  })

  it("says when the older ones may go: after SESSION_HOURS", async () => {
    const { directory } = folderWith(`LINKLATCH_SECRET=${SECRETS[0]}\nSESSION_HOURS=48\n`)
    const started = Date.now()
    const { told } = await finishJson("keys rotate", { directory })
    const hours = (Date.parse(told.oldMayGoAt) - started) / 3_600_000
    expect(hours).toBeGreaterThanOrEqual(48)
    expect(hours).toBeLessThan(48.1)
    expect((await finish("keys rotate", { directory })).out).toContain("48 hours (SESSION_HOURS) later")
  })

  it("rotates the file that LINKLATCH_SECRET_FILE names", async () => {
    const { directory, read } = folderWith(`${SECRETS[0]}\n`, "secret")
    expect((await finish("keys rotate", { directory, env: { LINKLATCH_SECRET_FILE: "secret" } })).code).toBe(0)
    expect(read()).toMatch(new RegExp(`^[\\w-]{43},${SECRETS[0]}\n$`))
    writeFileSync(join(directory, ".env"), "LINKLATCH_SECRET_FILE=secret\n")
    expect((await finishJson("keys rotate", { directory })).told).toMatchObject({ place: "secret", kept: 2 })
  })

  it("leaves everybody signed in who was", async () => {
    const { readEnvironment } = await import("../../src/server/environment.ts")
    const { readEnvText } = await import("../../src/cli/env-file/env-text.ts")
    const { createApp, signIn } = await import("../app.ts")
    const { directory, read } = folderWith(`LINKLATCH_SECRET=${SECRETS[0]}\n`)
    const secretNow = () => {
      const outcome = readEnvironment(readEnvText(read()), { command: "dev", directory })
      return outcome.status === "ready" ? outcome.config.options.secret : []
    }
    const path = join(directory, "site.db")
    const before = createApp({ path, secret: secretNow() })
    const { browser } = await signIn(before, "ada@example.com")
    await before.close()
    await finish("keys rotate", { directory })
    const after = createApp({ path, secret: secretNow(), clock: before.clock })
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const request = new Request("https://login.example.com/", { headers: { cookie } })
    expect((await after.auth.session(request))?.user.email).toBe("ada@example.com")
    await after.close()
  })

  it("refuses where there is nothing that it could change, and writes nothing", async () => {
    const odd = folderWith("LINKLATCH_SECRET= \nSITE_NAME=Example\n")
    const tries = [
      finishJson("keys rotate"),
      finishJson("keys rotate", { env: { LINKLATCH_SECRET: SECRETS[0] } }),
      finishJson("keys rotate", { directory: folderWith("SITE_NAME=Example\n").directory }),
      finishJson("keys rotate", { env: { LINKLATCH_SECRET_FILE: "/nowhere/secret" } }),
    ]
    for (const { code, error } of await Promise.all(tries)) expect([code, error.code]).toEqual([1, "no_secret"])
    const { code: oddCode } = await finishJson("keys rotate", { directory: odd.directory })
    expect([oddCode, odd.read()]).toEqual([1, "LINKLATCH_SECRET= \nSITE_NAME=Example\n"])
    // Node looks for a file of this name too, and ends by itself where there is none (nodejs/node#54232).
    const missing = await finish("keys rotate --env-file none.env")
    expect([missing.code === 0, missing.err]).toEqual([false, expect.stringContaining("none.env")])
    const malformed = await finishJson("keys rotate --keep -1")
    expect([malformed.code, malformed.error.code]).toEqual([2, "usage"])
  })
})
