import { hash, randomBytes } from "node:crypto"
import { describe, expect, it, onTestFinished } from "vitest"
import { findSecrets } from "../attack/find-secrets.ts"
import { openSmtpInbox } from "../smtp-inbox.ts"
import { ownExample, refusedExample } from "./own-example.ts"
import { open, press, signInAt, submit } from "./walk.ts"

const ADA = "ada@example.com"
const HOUR = 3_600_000

/** The site with a mail server of its own, behind a proxy that is trusted. */
async function siteWithMail() {
  const inbox = await openSmtpInbox()
  onTestFinished(() => inbox.close())
  const example = await ownExample("community-site", {
    SITE_NAME: "Riverside Gardens",
    PUBLIC_BASE_URL: "https://gardens.example",
    NODE_ENV: "development",
    SMTP_URL: `smtp://127.0.0.1:${inbox.port}`,
    MAIL_FROM: "Riverside Gardens <login@gardens.example>",
    TRUSTED_PROXIES: "127.0.0.1",
  })
  const link = async (email: string, count = 1) => {
    const mails = () => inbox.deliveries.filter(({ rcptTo }) => rcptTo.includes(email))
    await expect.poll(() => mails().length, { timeout: 5_000 }).toBe(count)
    return /https?:\S+\/auth\/link\/\S+/.exec(mails().at(-1)?.email.text ?? "")?.[0] ?? ""
  }
  return { inbox, example, link }
}

describe("the community site", () => {
  it("lets anybody in by mail, and leads them to the dashboard", async () => {
    const { browser, link } = await ownExample("community-site")
    const ada = browser()
    const home = await open(ada, "/")
    const [, login = ""] = /href="([^"]*)">Log in/.exec(home.html) ?? []
    const dashboard = await signInAt(ada, login, ADA, link)
    expect([dashboard.path, dashboard.status]).toEqual(["/dashboard", 200])
    expect(dashboard.html).toContain("Hello, Ada")
    expect((await open(ada, "/")).path).toBe("/dashboard")
    expect((await submit(ada, dashboard, "/auth/sign-out")).path).toBe("/auth/sign-in?signed-out")
    expect((await open(ada, "/dashboard")).path).toBe("/auth/sign-in?next=/dashboard")
  })

  it("mails a link to the site's own address, with the site's name in the subject, and says that it lasts an hour", async () => {
    const { inbox, example, link } = await siteWithMail()
    const ada = example.browser({ "x-forwarded-for": "203.0.113.7", host: "evil.example" })
    await submit(ada, await open(ada, "/dashboard"), "/auth/sign-in", { email: ADA })
    expect(await link(ADA)).toMatch(/^https:\/\/gardens\.example\/auth\/link\/[\w-]{43}$/)
    const [mail] = inbox.deliveries
    expect(mail?.email.subject).toBe("Login to Riverside Gardens")
    expect([mail?.email.from?.name, mail?.email.from?.address]).toEqual(["Riverside Gardens", "login@gardens.example"])
    expect(mail?.email.text).toContain("60 minutes")
  })

  it("makes a new token for each request, and keeps its SHA-256 alone, for an hour", async () => {
    const { example, link } = await siteWithMail()
    const tokens: string[] = []
    for (const count of [1, 2]) {
      const ada = example.browser()
      await submit(ada, await open(ada, "/dashboard"), "/auth/sign-in", { email: ADA })
      tokens.push((await link(ADA, count)).split("/").at(-1) ?? "")
    }
    const rows = example.rows("select token_hash, expires_at - minted_at as life from magic_link_tokens order by seq")
    expect(rows).toEqual(tokens.map((token) => ({ token_hash: hash("sha256", token, "base64url"), life: HOUR })))
    expect(findSecrets(example.files(), tokens)).toEqual([])
    expect(findSecrets(Buffer.from(example.output()), tokens)).toEqual([])
  })

  it("answers the fourth request of an address within the hour as the first, and mails three", async () => {
    const { inbox, example } = await siteWithMail()
    const answers: unknown[] = []
    for (let index = 0; index < 4; index++) {
      const client = example.browser({ "x-forwarded-for": `203.0.113.${index}` })
      const { status, path } = await submit(client, await open(client, "/dashboard"), "/auth/sign-in", { email: ADA })
      answers.push([status, path])
    }
    expect(answers).toEqual(Array(4).fill([200, "/auth/check-mail"]))
    await expect.poll(() => example.rows("select * from outbox where state = 'queued'")).toEqual([])
    expect(inbox.deliveries).toHaveLength(3)
  })

  it("refuses the sixth request of a client within the hour, openly", async () => {
    const { browser, rows } = await ownExample("community-site")
    const statuses: number[] = []
    for (let index = 0; index < 6; index++)
      statuses.push((await browser().post("/auth/sign-in", { email: `p${index}@example.com` })).status)
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429])
    const [{ detail = "" } = {}] = rows("select detail from auth_events where type = 'rate_limited'")
    expect(JSON.parse(String(detail))).toEqual({ limit: "ask_client", count: 1, windowSeconds: 3_600 })
  })

  it("shows the same page for an address that it has never seen", async () => {
    const { browser, link } = await ownExample("community-site")
    await signInAt(browser(), "/dashboard", ADA, link)
    const pages: unknown[] = []
    for (const email of [ADA, "eve@example.com"]) {
      const someone = browser()
      const { status, path, html } = await submit(someone, await open(someone, "/dashboard"), "/auth/sign-in", {
        email,
      })
      pages.push([status, path, html.replace(/match-number">\d\d</, "").replaceAll(email, "")])
    }
    expect(pages[0]).toEqual(pages[1])
  })

  it("shows a page for a link that is no good, and logs a line with the client's address", async () => {
    const { example } = await siteWithMail()
    const eve = example.browser({ "x-forwarded-for": "203.0.113.66" })
    const token = randomBytes(32).toString("base64url")
    const page = await open(eve, `/auth/link/${token}`)
    expect([page.status, page.html.includes("<h1>")]).toEqual([404, true])
    expect((await eve.post("/auth/link", { token })).status).toBe(404)
    await expect.poll(() => example.log("link_refused")).toMatchObject([{ reason: "unknown", ip: "203.0.113.66" }])
    const failures = () => example.log("auth_event").filter(({ type }) => type === "consume_failed")
    await expect.poll(failures).toMatchObject([{ ip: "203.0.113.66", detail: { by: "magic_link", reason: "unknown" } }])
    expect(example.output()).not.toContain(token)
  })

  it("logs that a mail went out, and that one didn't, without its token", async () => {
    const { example, link } = await siteWithMail()
    const ada = example.browser()
    await submit(ada, await open(ada, "/dashboard"), "/auth/sign-in", { email: ADA })
    const token = (await link(ADA)).split("/").at(-1) ?? ""
    const types = () => example.log("auth_event").map(({ type }) => type)
    await expect.poll(types).toEqual(["link_requested", "link_sent"])
    expect(example.output()).not.toContain(token)

    const mute = await ownExample("community-site", {
      SMTP_URL: "smtp://127.0.0.1:1",
      MAIL_FROM: "login@gardens.example",
    })
    const eve = mute.browser()
    await submit(eve, await open(eve, "/dashboard"), "/auth/sign-in", { email: "eve@example.com" })
    const failed = () => mute.log("auth_event").filter(({ type }) => type === "send_failed")
    await expect.poll(failed).toMatchObject([{ detail: { attempt: 1, next: "later", transport: "smtp" } }])
  })

  it("logs who signed in by a good link, from where, and by which way", async () => {
    const { example, link } = await siteWithMail()
    const ada = example.browser({ "x-forwarded-for": "203.0.113.7" })
    await signInAt(ada, "/dashboard", ADA, link)
    const events = () =>
      example.log("auth_event").filter(({ type }) => type === "provider_used" || type === "session_created")
    await expect.poll(events).toMatchObject([
      { type: "provider_used", detail: { provider: "magic_link", isFirst: true } },
      { type: "session_created", email: "a…@example.com", ip: "203.0.113.7" },
    ])
  })

  it("counts each way in: new at its first use, and later only its time and number", async () => {
    const { browser, link, rows, log } = await ownExample("community-site")
    const ada = browser()
    await signInAt(ada, "/dashboard", ADA, link)
    for (const provider of ["email", "google", "linkedin", "google"]) {
      expect((await open(ada, `/callback/${provider}`)).path).toBe("/dashboard")
    }
    const sql = "select provider, uses, last_used_at > first_used_at as again from user_providers order by provider"
    expect(rows(sql)).toEqual([
      { provider: "email", uses: 1, again: 0 },
      { provider: "google", uses: 2, again: 1 },
      { provider: "linkedin", uses: 1, again: 0 },
      { provider: "magic_link", uses: 1, again: 0 },
    ])
    const used = () => log("auth_event").filter(({ type }) => type === "provider_used")
    await expect
      .poll(() => used().map(({ detail }) => detail))
      .toEqual([
        { provider: "magic_link", isFirst: true },
        { provider: "email", isFirst: true },
        { provider: "google", isFirst: true },
        { provider: "linkedin", isFirst: true },
        { provider: "google", isFirst: false },
      ])
    expect((await open(ada, "/dashboard")).html).toContain("google: 2 times")
  })

  it("records no way in that it doesn't know, and none for who isn't signed in", async () => {
    const { browser, link, rows } = await ownExample("community-site")
    expect((await open(browser(), "/callback/google")).path).toBe("/")
    const ada = browser()
    await signInAt(ada, "/dashboard", ADA, link)
    await open(ada, "/callback/myspace")
    expect(rows("select provider from user_providers")).toEqual([{ provider: "magic_link" }])
  })

  it("takes a link once", async () => {
    const { browser, link } = await ownExample("community-site")
    const ada = browser()
    await signInAt(ada, "/dashboard", ADA, link)
    await expect(press(browser(), await link(ADA))).rejects.toThrow("There is no form to /auth/link")
  })

  it("doesn't start in production with links that aren't https, or without mail", async () => {
    const { code, output } = await refusedExample("community-site", {
      NODE_ENV: "production",
      PUBLIC_BASE_URL: "http://gardens.example",
    })
    expect(code).toBe(1)
    expect(output).toMatch(/baseUrl: It is not https[\s\S]*mail: There is no mail transport/)
  })
})
