import { setTimeout as rest } from "node:timers/promises"
import type { Reply } from "../reply.ts"
import { expectReply, get, keepCookies, post } from "../request.ts"
import { origin } from "../sites/settings.ts"
import type { HttpClient } from "./http-client.ts"
import type { MailCatcher } from "./mail-catcher.ts"

/** Somebody at a browser. */
export interface Visitor {
  readonly email: string
  readonly ip: string
  readonly client: HttpClient
  readonly mail: MailCatcher
  readonly random: () => number
  /** Told how long each answer took. */
  readonly timed: (milliseconds: number) => void
}

/** What people come for, and how many of a hundred do. Each throws where an answer isn't the right one. */
export const visits: readonly {
  readonly share: number
  readonly name: string
  run(visitor: Visitor): Promise<void>
}[] = [
  { share: 65, name: "signs in by the link", run: byLink },
  { share: 20, name: "signs in by the code", run: byCode },
  { share: 5, name: "asks and walks away", run: walkAway },
  { share: 5, name: "presses twice, and tries what isn't theirs", run: tryOthers },
  { share: 5, name: "asks again and again", run: insist },
]

/** One of them, as often as its share says. */
export function drawVisit(random: () => number): (typeof visits)[number] {
  let left = random() * 100
  const drawn = visits.find(({ share }) => {
    left -= share
    return left < 0
  })
  return drawn ?? { share: 0, name: "signs in by the link", run: byLink }
}

const LOOKS = 10

async function byLink(visitor: Visitor): Promise<void> {
  const browser = new Browser(visitor)
  const { link } = await askForMail(browser)
  expectReply(await browser.get(new URL(link).pathname), 200)
  expectReply(await browser.post("/auth/link", { token: tokenOf(link) }), 303, "__Host-linklatch_session=")
  await lookAround(browser)
}

async function byCode(visitor: Visitor): Promise<void> {
  const browser = new Browser(visitor)
  const { code } = await askForMail(browser)
  expectReply(await browser.post("/auth/code", { code }), 303, "__Host-linklatch_session=")
  await lookAround(browser)
}

async function walkAway(visitor: Visitor): Promise<void> {
  await askForMail(new Browser(visitor))
}

async function tryOthers(visitor: Visitor): Promise<void> {
  const browser = new Browser(visitor)
  const { link } = await askForMail(browser)
  mustRefuse(await browser.post("/auth/link", { token: "x".repeat(43) }))
  mustRefuse(await browser.post("/auth/code", { code: "000000" }))
  expectReply(await browser.post("/auth/link", { token: tokenOf(link) }), 303)
  const stranger = new Browser(visitor)
  mustRefuse(await stranger.post("/auth/link", { token: tokenOf(link) }))
  expectReply(await stranger.get("/auth/api/session"), 200, '{"user":null')
}

// Five from one address of a client are answered, the sixth is refused.
const ANSWERED = 5

async function insist(visitor: Visitor): Promise<void> {
  const browser = new Browser(visitor)
  for (let ask = 0; ask < ANSWERED; ask++) {
    expectReply(await browser.post("/auth/sign-in", { email: visitor.email }), 303)
    await browser.think()
  }
  expectReply(await browser.post("/auth/sign-in", { email: visitor.email }), 429)
}

async function askForMail(browser: Browser) {
  const { email, mail } = browser.visitor
  expectReply(await browser.get("/auth/sign-in"), 200)
  await browser.think()
  const coming = mail.next(email)
  // Where asking fails first, nobody waits for the mail any more.
  coming.catch(() => undefined)
  expectReply(await browser.post("/auth/sign-in", { email }), 303, /location: \/auth\/check-mail/i)
  expectReply(await browser.get("/auth/check-mail"), 200)
  const caught = await coming
  await browser.think()
  return caught
}

/** Somebody who is signed in looks at pages; half of them sign out. */
async function lookAround(browser: Browser): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    await browser.think()
    expectReply(await browser.get("/auth/api/session"), 200, '{"user":{"id"')
  }
  if (browser.visitor.random() < 0.5) return
  expectReply(await browser.post("/auth/sign-out", {}), 303)
  expectReply(await browser.get("/auth/api/session"), 200, '{"user":null')
}

class Browser {
  readonly visitor: Visitor
  #cookies = ""

  constructor(visitor: Visitor) {
    this.visitor = visitor
  }

  get(path: string): Promise<Reply> {
    return this.#send(get(path, { ip: this.visitor.ip, cookies: this.#cookies }))
  }

  post(path: string, form: Readonly<Record<string, string>>): Promise<Reply> {
    return this.#send(post(path, new URLSearchParams(form), { ip: this.visitor.ip, cookies: this.#cookies }))
  }

  /** A second or so, as people take. */
  think(): Promise<void> {
    return rest(300 + this.visitor.random() * 1_400)
  }

  async #send(request: Buffer): Promise<Reply> {
    const startedAt = performance.now()
    const reply = await this.visitor.client.send(request)
    this.visitor.timed(performance.now() - startedAt)
    this.#cookies = keepCookies(reply, this.#cookies)
    return reply
  }
}

function tokenOf(link: string): string {
  return link.slice(`${origin}/auth/link/`.length)
}

function mustRefuse(reply: Reply): void {
  if (reply.status >= 400 && reply.status < 500 && !reply.text.includes("__Host-linklatch_session=")) return
  throw new Error(`It should have refused, and said: ${reply.text.slice(0, 300)}`)
}
