import { appendFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { createApp, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { transportThat } from "./transport-that.ts"

/** What a site in a process of its own is to do until it is killed. */
export interface Errand {
  readonly path: string
  /** A line is appended for each mail, as `Delivered`. */
  readonly mailFile: string
  /** A line is appended for each address whose request was accepted. */
  readonly acceptedFile: string
  /** How far its clock is ahead of the machine's. */
  readonly aheadMs: number
  readonly asks: number
  /** Whether its mail fails now and then. */
  readonly isShaky: boolean
  readonly label: string
}

export interface Delivered {
  readonly to: string
  readonly token: string
  readonly at: number
}

const AT_ONCE = 5
const errand = JSON.parse(process.argv[2] ?? "{}") as Errand
const clock = { now: () => Date.now() + errand.aheadMs }
const waiting = new Map<string, Browser>()
const presses: Promise<Response>[] = []
let sends = 0

const app = createApp({
  path: errand.path,
  clock,
  limits: { askClient: { max: 1_000, minutes: 1 } },
  mail: transportThat(async (message) => {
    sends += 1
    if (errand.isShaky && sends % 9 === 0)
      return { status: "failed", isPermanent: sends % 27 === 0, reason: "smtp_450" }
    const delivered: Delivered = { to: message.to, token: tokenOf(message), at: clock.now() }
    appendFileSync(errand.mailFile, `${JSON.stringify(delivered)}\n`)
    const browser = waiting.get(message.to)
    if (browser !== undefined && sends % 2 === 0) presses.push(browser.press(message))
    return { status: "sent" }
  }),
})

async function ask(index: number): Promise<void> {
  const address = `${errand.label}-${index}@example.com`
  const browser = app.browser()
  waiting.set(address, browser)
  const response = await browser.post("/auth/sign-in", { email: address })
  if (response.status !== 303) return
  appendFileSync(errand.acceptedFile, `${address}\n`)
  process.send?.("accepted")
}

process.on("disconnect", () => app.close())
process.send?.("ready")
for (let from = 0; from < errand.asks; from += AT_ONCE) {
  await Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => ask(from + offset)))
}
while ((await app.store.outbox.backlog()).queued > 0) await pause(10)
await Promise.all(presses)
process.send?.("idle")
