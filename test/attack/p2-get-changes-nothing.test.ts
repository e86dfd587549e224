import { describe, expect, it } from "vitest"
import { routes } from "../../src/http/routes.ts"
import { type App, askForMail, signIn, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { startsSession } from "./answers.ts"
import { type Dump, dumpState } from "./dump-tables.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { reconcile } from "./reconcile.ts"
import { untilIdle } from "./until-idle.ts"

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"]
const ROUNDS = 100

// What mail scanners, link previews and browsers that guess ahead send, each with its own idea of hiding.
const FETCHERS: readonly Record<string, string>[] = [
  { purpose: "prefetch" },
  { "sec-purpose": "prefetch;prerender", "sec-fetch-dest": "document", "sec-fetch-mode": "navigate" },
  { "x-moz": "prefetch" },
  { "x-purpose": "preview" },
  { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
  {
    "user-agent":
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0 SafeLinks",
  },
  { "user-agent": "Mozilla/5.0 (compatible; BarracudaCentral/1.0)", accept: "*/*" },
  { "user-agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", range: "bytes=0-32768" },
  { "user-agent": "facebookexternalhit/1.1", accept: "*/*" },
  { "user-agent": "", accept: "" },
  { "x-http-method-override": "POST", "x-method-override": "POST", "x-http-method": "POST" },
  {
    "sec-fetch-site": "same-origin",
    origin: "https://login.example.com",
    "content-type": "application/x-www-form-urlencoded",
  },
]

describe("fetching every page with GET, HEAD and OPTIONS a hundred times", () => {
  it("TOK-13 CSR-1 P2 changes nothing, but notes once that a live link was fetched", async () => {
    const { app, path, own, message, used } = await siteWithEverything()
    const before = dumpState(path)
    const paths = pathsToFetch(tokenOf(message), used)
    for (let round = 0; round < ROUNDS; round++) {
      const headers = FETCHERS[round % FETCHERS.length] ?? {}
      for (const method of SAFE_METHODS) {
        const browser = app.browser()
        const answers = await Promise.all(paths.map((one) => browser.send(method, one, undefined, headers)))
        for (const answer of answers) expect(answer.status).toBeLessThan(500)
        expect(browser.cookies.size).toBe(0)
      }
    }
    const after = dumpState(path)
    expect(withoutNote(after)).toEqual(before)
    const noted = after["magic_link_tokens"]?.filter(({ prefetched_at }) => prefetched_at !== null)
    expect(noted?.map(({ link_id }) => link_id)).toEqual([liveLinkId(before)])
    const events = newEvents(before, after)
    expect(events).toMatchObject([{ type: "link_prefetched", detail: JSON.stringify({ linkId: liveLinkId(before) }) }])
    expect(startsSession(await own.press(message))).toBe(true)
    expect(reconcile(path)).toEqual([])
  })

  it("TOK-13 CSR-1 P2 changes nothing at all in the browser that asked and in one that is signed in", async () => {
    const { path, own, signedIn, message, used } = await siteWithEverything()
    const before = dumpState(path)
    for (const [index, headers] of FETCHERS.entries()) {
      for (const method of SAFE_METHODS) {
        for (const one of pathsToFetch(tokenOf(message), used)) {
          await own.send(method, one, undefined, headers)
          // The live link is foreign to this browser: that is the other test's.
          if (!one.includes(tokenOf(message))) await signedIn.send(method, one, undefined, headers)
        }
      }
      expect(dumpState(path), `fetcher ${index}`).toEqual(before)
    }
    expect((await signedIn.get("/auth/account")).status, "it is still signed in").toBe(200)
    expect(startsSession(await own.press(message))).toBe(true)
  })

  it("P2 notes in a signed-in browser when it was last seen, and nothing else", async () => {
    const { app, path, signedIn } = await siteWithEverything()
    const before = dumpState(path)
    app.clock.advance(10 * 60_000)
    for (const method of SAFE_METHODS) await signedIn.send(method, "/auth/account", undefined, {})
    const after = dumpState(path)
    const seen = (dump: Dump) => (dump["sessions"] ?? []).map(({ last_seen_at, idle_expires_at, ...rest }) => rest)
    expect({ ...after, sessions: seen(after) }).toEqual({ ...before, sessions: seen(before) })
    expect(after["sessions"]).not.toEqual(before["sessions"])
  })
})

describe("a live link", () => {
  it("TOK-13 P2 that a hundred scanners fetch at once is noted once", async () => {
    const { app, path, own, message } = await siteWithEverything()
    const fetches = Array.from({ length: 100 }, () => app.browser().get(`/auth/link/${tokenOf(message)}`))
    for (const { status } of await Promise.all(fetches)) expect(status).toBe(200)
    const noted = dumpState(path)["auth_events"]?.filter(({ type }) => type === "link_prefetched")
    expect(noted).toHaveLength(1)
    expect(startsSession(await own.press(message))).toBe(true)
  })
})

describe("a route that takes forms", () => {
  const paths = [...new Set(routes.map(({ path }) => path))].filter((path) => !path.includes(":"))
  const methodsOf = (path: string) => routes.filter((route) => route.path === path).map(({ method }) => method)
  const formOnly = paths.filter((path) => !methodsOf(path).includes("GET"))

  it.each(formOnly)("CSR-1 P2 %s answers 405 to GET, HEAD and OPTIONS, and says what it allows", async (path) => {
    const app = ownApp()
    const { browser } = await signIn(app, "ada@example.com")
    for (const method of [...SAFE_METHODS, "PUT", "PATCH", "DELETE"]) {
      const response = await browser.send(method, `${path}?token=x&code=123456`, undefined, {
        "sec-fetch-site": "same-origin",
      })
      expect([response.status, response.headers.get("allow")], method).toEqual([405, "POST"])
    }
    expect((await browser.get("/auth/account")).status).toBe(200)
  })

  it("CSR-1 P2 is each route that changes something", () => {
    const changing = [
      "/auth/link",
      "/auth/code",
      "/auth/account/sign-out",
      ...["sign-in", "link", "code", "sign-out"].map((name) => `/auth/api/${name}`),
    ]
    expect(formOnly).toEqual(expect.arrayContaining(changing))
    expect(paths.filter((path) => methodsOf(path).includes("POST"))).toEqual(
      expect.arrayContaining([...changing, "/auth/sign-in", "/auth/sign-out"]),
    )
  })

  it.each(paths)("CSR-1 P2 %s names its methods to those that it doesn't take", async (path) => {
    const response = await ownApp().browser().send("PATCH", path, undefined, { "sec-fetch-site": "same-origin" })
    const methods = methodsOf(path)
    expect(response.status).toBe(405)
    expect(response.headers.get("allow")?.split(", ").toSorted()).toEqual(
      [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].toSorted(),
    )
  })
})

describe("a foreign browser", () => {
  it("TOK-13 P2 that fetches a link and presses its button, without and with wrong numbers, doesn't burn it", async () => {
    const { app, path, own, message } = await siteWithEverything()
    const scanner = app.browser({ userAgent: "Mozilla/5.0 (compatible; SafeLinks)" })
    const match = await own.matchNumber()
    for (let round = 0; round < 10; round++) {
      expect((await scanner.get(`/auth/link/${tokenOf(message)}`)).status).toBe(200)
      expect((await scanner.press(message)).status).toBe(403)
      expect((await scanner.press(message, "")).status).toBe(403)
    }
    const page = await (await scanner.press(message)).text()
    expect(page, "presses without a number cost no try").toContain('name="match"')
    for (let round = 0; round < 3; round++) expect((await scanner.press(message, otherThan(match))).status).toBe(403)
    const late = await scanner.press(message, match)
    expect([late.status, startsSession(late)], "the tries are spent").toEqual([403, false])
    expect(startsSession(await own.press(message))).toBe(true)
    expect(reconcile(path)).toEqual([])
  })

  it("TOK-13 P2 that presses a hundred times at once leaves the link to its own browser", async () => {
    const { app, own, message } = await siteWithEverything()
    const match = await own.matchNumber()
    const presses = Array.from({ length: 100 }, (_, index) =>
      app.browser().press(message, index % 2 === 0 ? undefined : otherThan(match)),
    )
    for (const response of await Promise.all(presses))
      expect([response.status, startsSession(response)]).toEqual([403, false])
    expect(startsSession(await own.press(message))).toBe(true)
  })

  it("TOK-13 CSR-3 P2 whose form comes from another site changes no link and no try", async () => {
    const { app, path, message } = await siteWithEverything()
    const before = dumpState(path)
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
    ]) {
      for (const form of [{ token: tokenOf(message) }, { token: tokenOf(message), match: "42" }]) {
        expect((await app.browser().post("/auth/link", form, headers)).status).toBe(403)
      }
      expect((await app.browser().post("/auth/sign-in", { email: "ada@example.com" }, headers)).status).toBe(403)
    }
    expect(dumpState(path)).toEqual(before)
  })
})

/** A site with a live link, a used one, a session and mail for a second browser. */
async function siteWithEverything() {
  const path = await ownFile()
  const app = ownApp({
    path,
    adminEmails: ["bob@example.com"],
    limits: { redeemClient: { max: 1_000, minutes: 15 } },
  })
  const { browser: signedIn } = await signIn(app, "bob@example.com")
  const used = tokenOf(app.mailbox.messages[0] ?? { link: "" })
  const own = app.browser()
  const message = await askForMail(app, own, "ada@example.com", "/admin")
  await untilIdle(app)
  return { app, path, own, signedIn, message, used } satisfies { app: App; own: Browser; signedIn: Browser } & Record<
    string,
    unknown
  >
}

/** Every route there is, with live, used and made-up tokens, and forms put into the query. */
function pathsToFetch(token: string, used: string): string[] {
  const tokens = [token, used, "A".repeat(43), "%ff", `${token}x`]
  const plain = [...new Set(routes.map(({ path }) => path))]
  return plain.flatMap((path) => {
    if (path.includes(":token")) return tokens.map((one) => path.replace(":token", one))
    const query = `token=${token}&code=123456&email=eve%40example.com&session=all&match=42`
    const fetched = path.replace(":file", "style.css")
    return [fetched, `${fetched}?${query}`]
  })
}

function liveLinkId(dump: Dump) {
  return dump["magic_link_tokens"]?.find(({ consumed_at }) => consumed_at === null)?.["link_id"]
}

/** The dump without the one note of a fetched link: its mark, its event and who it was. */
function withoutNote(dump: Dump): Dump {
  const note = dump["auth_events"]?.find(({ type }) => type === "link_prefetched")
  return {
    ...dump,
    magic_link_tokens: (dump["magic_link_tokens"] ?? []).map((row) => ({ ...row, prefetched_at: null })),
    auth_events: (dump["auth_events"] ?? []).filter((row) => row !== note),
    auth_event_pii: (dump["auth_event_pii"] ?? []).filter(({ pii_id }) => pii_id !== note?.["pii_id"]),
    sqlite_sequence: (dump["sqlite_sequence"] ?? []).map((row) =>
      row["name"] === "auth_events" ? { ...row, seq: Number(row["seq"]) - 1 } : row,
    ),
  }
}

function newEvents(before: Dump, after: Dump) {
  return after["auth_events"]?.slice(before["auth_events"]?.length) ?? []
}

function otherThan(match: string): string {
  return match === "99" ? "10" : String(Number(match) + 1)
}
