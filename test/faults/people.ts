import { setTimeout as pause } from "node:timers/promises"
import { startsSession } from "../attack/answers.ts"
import { Browser } from "../browser.ts"
import { sendToPort } from "../send-to-port.ts"
import type { Fleet } from "./fleet.ts"
import type { Delivered, Mailboxes } from "./mailboxes.ts"
import type { Witness } from "./witness.ts"

export const ORIGIN = "https://login.example.com"
const RETRY_MS = 60
const PATIENCE_MS = 1_000

/** Where people sign in, how they get their mail, and who watches. */
export interface Town {
  readonly fleet: Fleet
  readonly mailboxes: Mailboxes
  readonly witness: Witness
  /** Aborted when nobody need wait any longer. */
  readonly signal: AbortSignal
}

/** What one person does from beginning to end. Tries again where there is no answer, or 503, as people do. */
type Errand = (town: Town, number: number) => Promise<void>

const errands: readonly Errand[] = [
  press,
  byCode,
  elsewhere,
  press,
  askTwice,
  onNoList,
  withTrouble("later"),
  byCode,
  withTrouble("gone"),
  onNoList,
  press,
]

/** Keeps so many people busy until `isOver`; resolves when those under way are done or the town's signal says stop. */
export async function crowd(town: Town, size: number, isOver: () => boolean): Promise<number> {
  const all: Promise<void>[] = []
  const keepGoing = async () => {
    while (!isOver() && !town.signal.aborted) {
      const number = all.length + 1
      const errand = errands[number % errands.length] ?? press
      const one = errand(town, number).catch((error: unknown) => noteEnd(town, error))
      all.push(one)
      // Whoever waits for mail keeps nobody else from coming.
      await Promise.race([one, pause(PATIENCE_MS)])
    }
  }
  await Promise.all(Array.from({ length: size }, keepGoing))
  await Promise.all(all)
  return all.length
}

/** One person who signs in from beginning to end. */
export function signInOnce(town: Town, name: string): Promise<void> {
  return walk(town, name, async (browser, mail) => void (await pressLink(town, browser, mail)))
}

function press(town: Town, number: number): Promise<void> {
  return walk(town, `press-${number}`, async (browser, mail) => {
    await browser.get(`/auth/link/${mail.token}`)
    // Twice at once, at two processes more often than not.
    const answers = await Promise.all([pressLink(town, browser, mail), pressLink(town, browser, mail)])
    if (!answers.includes(true)) return void town.witness.unanswered.push(mail.to)
    await staySignedIn(town, browser)
    await browser.post("/auth/sign-out")
  })
}

function byCode(town: Town, number: number): Promise<void> {
  return walk(town, `code-${number}`, async (browser, mail) => {
    await browser.get("/auth/check-mail")
    await browser.post("/auth/code", { code: mail.code === "123456" ? "654321" : "123456" })
    const answers = await Promise.all([1, 2].map(() => browser.post("/auth/code", { code: mail.code })))
    for (const _ of answers.filter(startsSession)) town.witness.noteSession(mail)
    if (!answers.some(startsSession)) return void town.witness.unanswered.push(mail.to)
    await staySignedIn(town, browser)
    await browser.post("/auth/account/sign-out", { session: "all" })
  })
}

function elsewhere(town: Town, number: number): Promise<void> {
  return walk(town, `elsewhere-${number}`, async (browser, mail) => {
    const match = await browser.matchNumber()
    const other = browserIn(town, number + 100_000)
    await other.get(`/auth/link/${mail.token}`)
    await pressLink(town, other, mail, match === "42" ? "43" : "42")
    await pressLink(town, other, mail, match)
  })
}

function askTwice(town: Town, number: number): Promise<void> {
  return walk(town, `twice-${number}`, async (browser, first) => {
    await ask(town, browser, first.to)
    const second = await town.mailboxes.next(first.to, 2, town.signal)
    await pressLink(town, browser, first)
    await pressLink(town, browser, second)
  })
}

/** The mail server refuses it once, or for good: the town's mail server goes by the name. */
function withTrouble(kind: "later" | "gone"): Errand {
  return async (town, number) => void (await ask(town, browserIn(town, number), `${kind}-${number}@example.com`))
}

async function onNoList(town: Town, number: number): Promise<void> {
  await ask(town, browserIn(town, number), `stranger-${number}@elsewhere.test`)
}

async function walk(
  town: Town,
  name: string,
  act: (browser: Browser, mail: Delivered) => Promise<void>,
): Promise<void> {
  const browser = browserIn(town, Number(name.split("-").at(-1)))
  const address = `${name}@example.com`
  if (!(await ask(town, browser, address))) return
  const mail = await town.mailboxes.next(address, 1, town.signal)
  town.witness.noteSecret(mail.token)
  await act(browser, mail)
}

async function ask(town: Town, browser: Browser, address: string): Promise<boolean> {
  const { status } = await browser.post("/auth/sign-in", { email: address })
  if (status === 303) town.witness.accepted.push({ address, at: Date.now() })
  // Whoever had to try again and again may have spent the limit of their address.
  else if (status !== 429) town.witness.strange.push(`asking: ${status}`)
  noteCookies(town, browser)
  return status === 303
}

async function pressLink(town: Town, browser: Browser, mail: Delivered, match?: string): Promise<boolean> {
  const response = await browser.post("/auth/link", { token: mail.token, ...(match !== undefined && { match }) })
  noteCookies(town, browser)
  if (!startsSession(response)) return false
  town.witness.noteSession(mail)
  return true
}

async function staySignedIn(town: Town, browser: Browser): Promise<void> {
  noteCookies(town, browser)
  const { status } = await browser.get("/auth/account")
  // Two presses of one link start one session, and whoever has it is signed in until they sign out.
  if (status !== 200) town.witness.strange.push(`account of somebody who is signed in: ${status}`)
}

function noteCookies({ witness }: Town, { cookies }: Browser): void {
  for (const value of cookies.values()) witness.noteSecret(value)
}

function browserIn(town: Town, number: number): Browser {
  const ip = `198.${18 + ((number >> 16) & 1)}.${(number >> 8) & 255}.${number & 255}`
  return new Browser({ handler: (request) => sendUntilAnswered(town, request, ip) }, ORIGIN, ip)
}

async function sendUntilAnswered(town: Town, request: Request, ip: string): Promise<Response> {
  for (;;) {
    town.signal.throwIfAborted()
    const { port } = await town.fleet.any(town.signal)
    const answer = await sendToPort(request.clone(), port, { "x-forwarded-for": ip }).catch(() => null)
    if (answer !== null && answer.status >= 500 && answer.status !== 503)
      town.witness.strange.push(`${request.method} ${new URL(request.url).pathname.slice(0, 16)}: ${answer.status}`)
    if (answer !== null && answer.status !== 503) return answer
    if (answer !== null && answer.headers.get("retry-after") === null)
      town.witness.strange.push("503 without Retry-After")
    await pause(RETRY_MS)
  }
}

function noteEnd({ signal, witness }: Town, error: unknown): void {
  // Whoever still waited when the round was over just goes home.
  if (!signal.aborted) witness.strange.push(String(error))
}
