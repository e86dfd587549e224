import type { MailMessage } from "../../src/index.ts"
import { tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"

/** A site as its visitors meet it: the library in this process, or a server behind a socket. */
export interface VisitedSite {
  browser(): Browser
  mailTo(email: string): Promise<Pick<MailMessage, "link" | "code">>
}

/** What went over the wire on a walk. */
export interface Walk {
  /** Tokens, flows, session cookies and what visitors made up: nothing of it may be kept in clear. */
  readonly secrets: ReadonlySet<string>
  readonly codes: ReadonlySet<string>
  /** The body of every answer that said that something was wrong, but for pages that carry a link's form. */
  readonly problems: readonly string[]
}

// As somebody else's keys and tokens look that end up in our requests by mistake.
const CANARIES = [
  "canary-Bearer-Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA-canary1",
  "Y2FuYXJ5LWNvb2tpZS12YWx1ZS1mb3ItdGhlLWF1ZGl0-canary2",
] as const

/** Walks every way through the site, the wrong ones too, with secrets in all places that a request has. */
export async function walkWithSecrets(site: VisitedSite): Promise<Walk> {
  const walk = { secrets: new Set<string>(CANARIES), codes: new Set<string>(), problems: [] as string[] }
  const [asking, other] = [site.browser(), site.browser()]
  await asking.post("/auth/sign-in", { email: "ada@example.com", next: "/account" })
  const message = await site.mailTo("ada@example.com")
  const token = tokenOf(message)
  const keep = () => noteSecrets(walk, [asking, other], message)
  keep()
  await asking.post("/auth/code", { code: message.code === "123456" ? "654321" : "123456" })
  await other.get(`/auth/link/${token}`)
  await other.press(message, "10")
  await sendNonsense(other, token, walk.problems)
  await walkByApi(asking, other, message, walk.problems)
  await asking.press(message)
  keep()
  for (const path of ["/auth/account", "/auth/check-mail", `/auth/link/${token}`, "/admin"]) await asking.get(path)
  await asking.press(message)
  await other.press(message)
  await asking.post("/auth/code", { code: message.code })
  await asking.post("/auth/account/sign-out", { session: "all" })
  keep()
  return walk
}

/** The same wrong ways by the API; the link stays live. Answers are kept, but for those that say the number to show. */
async function walkByApi(
  asking: Browser,
  other: Browser,
  { link, code }: Pick<MailMessage, "link" | "code">,
  problems: string[],
): Promise<void> {
  const token = tokenOf({ link })
  const [bearer, value] = CANARIES
  const hidden = {
    authorization: `Bearer ${bearer}`,
    cookie: `__Host-linklatch_session=${value}; __Host-linklatch_flow=${value}`,
  }
  const answers = [
    await other.api("POST", "link", { token }),
    await other.api("POST", "link", { token, match: "11" }, hidden),
    await other.api("POST", "link", { token: `${token}x` }),
    await other.api("POST", "link", { token, code }),
    await other.api("POST", "link", `{"token":"${token}","token":"${bearer}"}`),
    await other.api("POST", "link", `{"token":"${token}"`, { "content-type": "text/plain" }),
    await other.api("POST", "link", { token }, { "sec-fetch-site": "cross-site" }),
    await other.api("POST", "code", { code }),
    await asking.api("POST", "code", { code: `${code}0` }),
    await asking.api("POST", "sign-in", { email: `${token}@`, next: `/auth/link/${token}` }),
    await asking.api("DELETE", `sessions/${token}`),
    await asking.api("GET", `nowhere/${token}?code=${code}`),
    await asking.api("GET", "session", undefined, hidden),
  ]
  for (const answer of answers) problems.push(await answer.text(), [...answer.headers].join("\n"))
}

async function sendNonsense(browser: Browser, token: string, problems: string[]): Promise<void> {
  const [bearer, value] = CANARIES
  const hidden = {
    authorization: `Bearer ${bearer}`,
    cookie: `__Host-linklatch_session=${value}; __Host-linklatch_flow=${value}`,
    accept: "application/json",
  }
  const answers = [
    await browser.post("/auth/link", { token: Buffer.alloc(32, 9).toString("base64url") }, hidden),
    await browser.post("/auth/link", { token: `${token}x` }, hidden),
    await browser.post("/auth/link", `token=${token}&token=${bearer}`, hidden),
    await browser.post("/auth/link", `token=${token}&a=${"a".repeat(9_000)}`, hidden),
    await browser.post("/auth/link", JSON.stringify({ token }), { ...hidden, "content-type": "application/json" }),
    await browser.post(
      "/auth/link",
      { token },
      { ...hidden, origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    ),
    await browser.post(`/auth/link/${token}`, { token }, hidden),
    await browser.send("PUT", `/auth/link?token=${token}`, token, hidden),
    await browser.get(`/auth/link/${token}/x?token=${token}`, hidden),
    await browser.get(`/nowhere/${token}?code=${bearer}#${token}`, hidden),
    await browser.get(`/auth/account?next=/${token}`, hidden),
    await browser.post("/auth/sign-in", { email: `${token}@`, next: `/auth/link/${token}` }, hidden),
  ]
  for (const answer of answers) {
    const text = await answer.text()
    if (answer.headers.get("content-type") === "application/problem+json")
      problems.push(text, [...answer.headers].join("\n"))
  }
}

function noteSecrets(
  walk: { secrets: Set<string>; codes: Set<string> },
  browsers: readonly Browser[],
  message: Pick<MailMessage, "link" | "code">,
): void {
  walk.secrets.add(tokenOf(message))
  walk.codes.add(message.code)
  for (const value of browsers.flatMap(({ cookies }) => [...cookies.values()])) {
    for (const part of [value, ...value.split(".")]) if (part.length >= 20) walk.secrets.add(part)
  }
}
