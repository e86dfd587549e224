import { onTestFinished, vi } from "vitest"
import { SECOND } from "../../src/core/clock.ts"
import { systemRandom } from "../../src/core/random.ts"
import type { MailMessage, SendOutcome } from "../../src/index.ts"
import type { App } from "../app.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { transportThat } from "./transport-that.ts"
import { turns } from "./turns.ts"

/** One message that a transport was given, and when. */
export interface Attempt {
  readonly message: MailMessage
  readonly at: number
}

export type Answer = (signal: AbortSignal) => SendOutcome | Promise<SendOutcome>

export interface SiteThatMails {
  readonly app: App
  readonly path: string
  readonly attempts: readonly Attempt[]
}

/** A site whose transport answers as a test wants, and whose timers stand still like its clock, `aheadMs` later. */
export async function siteThatMails(
  answer: Answer,
  path?: string,
  aheadMs = 0,
  random = systemRandom,
): Promise<SiteThatMails> {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] })
  onTestFinished(() => void vi.useRealTimers())
  const file = path ?? (await ownFile())
  const attempts: Attempt[] = []
  const mail = transportThat(async (message, { signal }) => {
    attempts.push({ message, at: app.clock.now() })
    return answer(signal)
  })
  const app = ownApp({ path: file, mail, random })
  await advance(app, aheadMs)
  return { app, path: file, attempts }
}

/** Moves the clock, lets the worker poll, and waits until it has done what there is to do. */
export async function advance(app: App, ms: number): Promise<void> {
  app.clock.advance(ms)
  vi.advanceTimersByTime(SECOND)
  await turns()
}
