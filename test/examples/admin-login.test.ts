import { hash, randomBytes } from "node:crypto"
import { describe, expect, it } from "vitest"
import { findSecrets } from "../attack/find-secrets.ts"
import type { Browser } from "../browser.ts"
import { fakeResend } from "./fake-resend.ts"
import { ownExample, refusedExample } from "./own-example.ts"
import { open, signInAt, submit } from "./walk.ts"

const ADA = "ada@example.com"
const ADMINS = { ADMIN_EMAILS: `${ADA}, grace@example.com` }
const MINUTE = 60_000

/** As it runs for real, but that Resend is on this machine. */
async function production() {
  const resend = await fakeResend()
  const env = {
    ...ADMINS,
    NODE_ENV: "production",
    PUBLIC_BASE_URL: "https://admin.example",
    LINKLATCH_SECRET: randomBytes(32).toString("base64"),
    RESEND_API_KEY: "re_test_key_of_nobody",
    RESEND_FROM: "Administration <login@admin.example>",
    RESEND_BASE_URL: resend.baseUrl,
    TRUSTED_PROXIES: "127.0.0.1",
  }
  return { resend, env, example: await ownExample("admin-login", env) }
}

function tokenOf(link: string): string {
  return link.split("/").at(-1) ?? ""
}

const someToken = () => randomBytes(32).toString("base64url")
const pressBlindly = (browser: Browser, token: string) => browser.post("/auth/link", { token })

describe("the login of administrators", () => {
  it("leads from /admin over the mail back to /admin, which says welcome by the name in the address", async () => {
    const { browser, link } = await ownExample("admin-login", { ADMIN_EMAILS: "ada.lovelace@example.com" })
    const welcome = await signInAt(browser(), "/", "ada.lovelace@example.com", link)
    expect([welcome.status, welcome.path]).toEqual([200, "/admin"])
    expect(welcome.html).toContain("Welcome, Ada Lovelace")
  })

  it("keeps of 256 random bits the SHA-256 alone, for fifteen minutes", async () => {
    const { browser, link, rows, files } = await ownExample("admin-login", ADMINS)
    await submit(browser(), await open(browser(), "/admin"), "/auth/sign-in", { email: ADA })
    const token = tokenOf(await link(ADA))
    expect(Buffer.from(token, "base64url")).toHaveLength(32)
    expect(rows("select token_hash, expires_at - minted_at as life from magic_link_tokens")).toEqual([
      { token_hash: hash("sha256", token, "base64url"), life: 15 * MINUTE },
    ])
    expect(findSecrets(files(), [token])).toEqual([])
  })

  it("signs in once, of many who press at the same time", async () => {
    const { browser, link, rows } = await ownExample("admin-login", ADMINS)
    const ada = browser()
    await submit(ada, await open(ada, "/admin"), "/auth/sign-in", { email: ADA })
    const token = tokenOf(await link(ADA))
    const presses = await Promise.all(Array.from({ length: 8 }, () => pressBlindly(ada, token)))
    const sessions = presses.filter((response) => /_session=/.test(response.headers.getSetCookie().join()))
    expect(sessions).toHaveLength(1)
    expect(rows("select count(*) as n from sessions")).toEqual([{ n: 1 }])
    const late = await open(browser(), `/auth/link/${token}`)
    expect([late.status, late.html.includes("<form")]).toEqual([410, expect.any(Boolean)])
  })

  it("mails through Resend in production, and sets a cookie that only https and no script can read", async () => {
    const { resend, example } = await production()
    const ada = example.browser()
    await submit(ada, await open(ada, "/admin"), "/auth/sign-in", { email: ADA })
    const link = await resend.link(ADA)
    expect(link).toMatch(/^https:\/\/admin\.example\/auth\/link\//)
    expect(resend.mails).toMatchObject([
      {
        authorization: "Bearer re_test_key_of_nobody",
        idempotencyKey: expect.stringMatching(/./),
        from: "Administration <login@admin.example>",
        to: [ADA],
        subject: "Login to Administration",
      },
    ])
    const response = await pressBlindly(ada, tokenOf(link))
    const session = response.headers.getSetCookie().find((cookie) => cookie.includes("_session="))
    expect(session).toMatch(/^__Host-.*; Path=\/; .*HttpOnly/)
    expect(session).toContain("Secure")
    expect(session).toContain("SameSite=Lax")
  })

  it("writes no token, code or session to its log, nor to a file, and no mail address in clear to the log", async () => {
    const { resend, example } = await production()
    const ada = example.browser()
    const welcome = await signInAt(ada, "/admin", ADA, resend.link)
    expect(welcome.html).toContain("Welcome, Ada")
    const session = [...ada.cookies].find(([name]) => name.endsWith("_session"))?.[1].split(".")[0] ?? ""
    expect(session.length).toBeGreaterThan(40)
    const secrets = [tokenOf(await resend.link(ADA)), session]
    expect(findSecrets(Buffer.from(example.output()), secrets)).toEqual([])
    expect(findSecrets(example.files(), secrets)).toEqual([])
    expect(example.output()).not.toContain(ADA)
    expect(example.output()).toContain("a…@example.com")
    expect(example.log("magic_link_dev_fallback")).toEqual([])
  })

  it("without a key writes the link to its log, in development", async () => {
    const { browser, log, link } = await ownExample("admin-login", ADMINS)
    await signInAt(browser(), "/admin", ADA, link)
    expect(log("magic_link_dev_fallback")).toMatchObject([
      { level: "warn", to: ADA, url: expect.stringContaining("/auth/link/"), code: expect.stringMatching(/^\d{6}$/) },
    ])
  })

  it("makes a user of whoever comes first, and finds them the next time", async () => {
    const { browser, link, rows } = await ownExample("admin-login", { ADMIN_EMAILS: "grace.hopper@example.com" })
    await signInAt(browser(), "/admin", "grace.hopper@example.com", link)
    await signInAt(browser(), "/admin", "Grace.Hopper@Example.com", () => link("grace.hopper@example.com", 2))
    expect(rows("select address, display_name from users")).toEqual([
      { address: "grace.hopper@example.com", display_name: "Grace Hopper" },
    ])
    expect(rows("select provider, uses from user_providers")).toEqual([{ provider: "magic_link", uses: 2 }])
  })

  it("sets revoked_at at sign-out; the row stays, and the cookie is worth nothing", async () => {
    const { browser, link, rows } = await ownExample("admin-login", ADMINS)
    const ada = browser()
    await signInAt(ada, "/admin", ADA, link)
    const kept = new Map(ada.cookies)
    await submit(ada, await open(ada, "/auth/sign-out"), "/auth/sign-out")
    expect(rows("select revoked_at >= created_at as ended, revoked_reason from sessions")).toEqual([
      { ended: 1, revoked_reason: "signed_out" },
    ])
    for (const [name, value] of kept) ada.cookies.set(name, value)
    expect((await ada.get("/admin")).headers.get("location")).toBe("/auth/sign-in?next=%2Fadmin")
  })

  it("answers everybody alike, and gives who isn't on the list no token and no mail", async () => {
    const { resend, example } = await production()
    const answers: unknown[] = []
    for (const email of [ADA, "eve@example.com"]) {
      const someone = example.browser({ "x-forwarded-for": "203.0.113.7" })
      const asked = await someone.post("/auth/sign-in", { email, next: "/admin" })
      const cookies = asked.headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]+/, "="))
      const page = (await open(someone, "/auth/check-mail")).html
        .replace(/match-number">\d\d</, "")
        .replaceAll(email, "")
      answers.push([asked.status, asked.headers.get("location"), await asked.text(), cookies, page])
    }
    expect(answers[0]).toEqual(answers[1])
    await expect
      .poll(() => example.rows("select state, reason from outbox order by state"))
      .toEqual([
        { state: "sent", reason: null },
        { state: "withheld", reason: "not_allowed" },
      ])
    expect(example.rows("select address from magic_link_tokens")).toEqual([{ address: ADA }])
    expect(resend.mails.map(({ to }) => to)).toEqual([[ADA]])
    expect(example.rows("select * from users")).toEqual([])
  })

  it("takes five requests of a client in fifteen minutes, whatever addresses they name, also after a new start", async () => {
    const { example, env } = await production()
    const ask = async (from: Awaited<ReturnType<typeof ownExample>>, client: string, number: number) =>
      (await from.browser({ "x-forwarded-for": client }).post("/auth/sign-in", { email: `p${number}@example.com` }))
        .status
    const statuses: number[] = []
    for (let index = 0; index < 4; index++) statuses.push(await ask(example, "203.0.113.7", index))
    expect(await example.stop()).toBe(0)
    const again = await ownExample("admin-login", env, example.folder)
    for (let index = 4; index < 7; index++) statuses.push(await ask(again, "203.0.113.7", index))
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429, 429])
    expect(await ask(again, "203.0.113.8", 8)).toBe(303)
    expect(again.rows("select detail from auth_events where type = 'rate_limited'")).toEqual([
      { detail: expect.stringContaining('"windowSeconds":900') },
    ])
  })

  it("counts by the mail address too, against whoever changes their own", async () => {
    const { resend, example } = await production()
    for (let index = 0; index < 5; index++) {
      const client = example.browser({ "x-forwarded-for": `203.0.113.${index}` })
      expect((await client.post("/auth/sign-in", { email: ADA })).headers.get("location")).toBe("/auth/check-mail")
    }
    await expect.poll(() => example.rows("select state from outbox where state = 'queued'")).toEqual([])
    expect(resend.mails).toHaveLength(3)
  })

  it("takes twenty presses of a client in fifteen minutes", async () => {
    const { browser } = await ownExample("admin-login", ADMINS)
    const eve = browser()
    const statuses: number[] = []
    for (let index = 0; index < 22; index++) statuses.push((await pressBlindly(eve, someToken())).status)
    expect(statuses).toEqual([...Array(20).fill(404), 429, 429])
  })

  it("writes every event into the audit log and the log, with the time, the client and an object of details", async () => {
    const { browser, link, rows, log } = await ownExample("admin-login", ADMINS)
    const ada = browser()
    await signInAt(ada, "/admin", ADA, link)
    await submit(ada, await open(ada, "/auth/sign-out"), "/auth/sign-out")
    await pressBlindly(browser(), someToken())
    for (let index = 0; index < 5; index++) await browser().post("/auth/sign-in", { email: `p${index}@example.com` })
    await expect.poll(() => rows("select outbox_id from outbox where state = 'queued'")).toEqual([])
    const types = rows("select type from auth_events order by seq").map(({ type }) => type)
    for (const type of "link_requested link_consumed consume_failed session_created session_revoked rate_limited".split(
      " ",
    ))
      expect(types).toContain(type)
    expect(rows("select type from auth_events where json_type(detail) <> 'object'")).toEqual([])
    expect(
      rows(`select ip, user_agent like '%Firefox%' as ua, address from auth_events join auth_event_pii using (pii_id)
      where type = 'session_created'`),
    ).toEqual([{ ip: "127.0.0.1", ua: 1, address: ADA }])
    await expect.poll(() => log("auth_event").map(({ type }) => type)).toEqual(types)
    expect(new Date(String(log("auth_event")[0]?.["at"])).getTime()).toBeGreaterThan(Date.now() - MINUTE)
  })

  it("refuses to start in production, naming everything that is missing", async () => {
    const { code, output } = await refusedExample("admin-login", { NODE_ENV: "production", PORT: "0" })
    expect(code).toBe(1)
    expect(output).toBe(
      "Production needs PUBLIC_BASE_URL, LINKLATCH_SECRET, RESEND_API_KEY, RESEND_FROM, ADMIN_EMAILS.\n",
    )
  })

  it("refuses in production an address without https, and a list without an address", async () => {
    const { env } = await production()
    const plain = await refusedExample("admin-login", { ...env, PUBLIC_BASE_URL: "http://admin.example" })
    expect([plain.code, plain.output]).toEqual([1, expect.stringContaining("baseUrl: It is not https")])
    const nobody = await refusedExample("admin-login", { ...env, ADMIN_EMAILS: " , " })
    expect([nobody.code, nobody.output]).toEqual([1, expect.stringContaining("none is listed")])
  })
})
