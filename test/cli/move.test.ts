import { describe, expect, it, onTestFinished, vi } from "vitest"
import { askForMail } from "../app.ts"
import {
  expectKilled,
  expectMoved,
  expectRefused,
  makeEvent,
  migrate,
  ownFile,
  type Place,
  places,
  ROUTES,
  words,
} from "./move-places.ts"
import { beginSite, expectToGoOn } from "./moved-site.ts"
import { finish, finishJson } from "./run-command.ts"

const SAYS_HALF = expect.stringMatching(/A move into this database is not finished.*goes on where it was/)

vi.setConfig({ testTimeout: 120_000 })

const POINTS = [
  "before begin 1",
  "after begin 1",
  "before write 1",
  "after write 1",
  "after write 4",
  "before write 9",
  "after write 9",
  "before goOnAbove 1",
  "after goOnAbove 1",
  "before finish 1",
]

describe("linklatch move", () => {
  it.each([
    { engines: ["sqlite", "postgres"] },
    { engines: ["postgres", "sqlite"] },
    { engines: ["sqlite", "postgres", "sqlite"] },
    { engines: ["postgres", "postgres"] },
    { engines: ["sqlite", "sqlite"] },
  ])("keeps all that a site has begun: $engines", async ({ engines }) => {
    const [first, ...others] = await places(engines)
    const begun = await beginSite(first.open)
    let last = first
    for (const next of others) {
      await expectMoved(last, next)
      last = next
    }
    const app = begun.resume(last.open)
    onTestFinished(() => app.close())
    await expectToGoOn(begun, app)
  })

  it.each(ROUTES)("goes on after kill -9 at any point, from %s to %s", async (...engines) => {
    const [from, to] = (await places(engines)) as [Place, Place]
    const begun = await beginSite(from.open)
    await migrate(to)
    // Each point on one of the two ways: the steps are the same.
    for (const point of POINTS.filter((_, index) => (index % 2 === 0) === (engines[0] === "sqlite")))
      await expectKilled(from, to, point)
    const half = await expectRefused(["users", "list"], { DATABASE_URL: to.url })
    expect(half.message).toMatch(/A move into this database is not finished/)
    const { code, told } = await finishJson("doctor --dev", { env: { DATABASE_URL: to.url } })
    const failed = told.checks.filter(({ status }: { status: string }) => status === "failed")
    expect({ code, failed }).toEqual({ code: 1, failed: [expect.objectContaining({ says: SAYS_HALF })] })
    await expectMoved(from, to)
    const app = begun.resume(to.open)
    onTestFinished(() => app.close())
    await expectToGoOn(begun, app)
  })

  it.each(ROUTES)("is over and compared when it is killed behind its last step, from %s to %s", async (...engines) => {
    const [from, to] = (await places(engines)) as [Place, Place]
    await makeEvent(from.open)
    await migrate(to)
    await expectKilled(from, to, "after finish 1")
    expect(await expectRefused(words(from, to))).toMatchObject({ exitCode: 1, code: "not_empty" })
    expect((await finish(words(from, to, "--verify-only"))).out).toMatch(/hold the same: 2 rows/)
  })

  it.each(ROUTES)("gives no number again whose row is gone, from %s to %s", async (...engines) => {
    const [from, to] = (await places(engines)) as [Place, Place]
    const begun = await beginSite(from.open)
    // As a week later. Ada's row says that all requests up to hers are over.
    for (const table of ["sign_in_requests", "outbox", "magic_link_tokens"]) await from.run(`delete from ${table}`)
    await expectMoved(from, to)
    const app = begun.resume(to.open)
    onTestFinished(() => app.close())
    expect((await begun.ada.press(await askForMail(app, begun.ada, "ada@example.com"))).status).toBe(303)
  })

  it("shows the tables, and where it is, in lines or in documents", async () => {
    const [from, to, other] = [ownFile(), ownFile(), ownFile()]
    await makeEvent(from.open)
    const { out, err } = await finish(words(from, to))
    expect(err).toContain("copying: 2 rows")
    expect(err).toContain("comparing: 2 rows")
    expect(out).toMatch(/^TABLE +ROWS FROM +ROWS TO +SHA-256\n/)
    expect(out).toMatch(/^auth_events +1 +1 +[0-9a-f]{16} +same$/m)
    expect(out).toMatch(/Start the servers with DATABASE_URL naming .*, and the LINKLATCH_SECRET that they had\./)
    const documents = (await finish(words(from, other, "--json"))).out.trim().split("\n")
    expect(documents.map((line) => JSON.parse(line))).toEqual([
      { progress: expect.objectContaining({ phase: "copying", rows: 2, total: 2, secondsLeft: 0 }) },
      { progress: expect.objectContaining({ phase: "comparing", rows: 2, total: 2, secondsLeft: 0 }) },
      expect.objectContaining({ status: "moved", heldUp: 0 }),
    ])
  })

  it("moves what DATABASE_URL names where no --from is given", async () => {
    const [from, to] = [ownFile(), ownFile()]
    await makeEvent(from.open)
    const env = { DATABASE_URL: from.url }
    expect((await finish(["move", "--to", to.url], { env })).out).toContain("Moved 2 rows")
    expect((await finish(["move", "--to", to.url], { env: { DATABASE_URL: "mysql://x" } })).code).toBe(78)
  })
})
