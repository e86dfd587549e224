import { text } from "node:stream/consumers"
import { afterAll, beforeAll, expect, it } from "vitest"
import { openSmtpInbox, type SmtpInbox } from "../smtp-inbox.ts"
import { type Site, startSite } from "./site.ts"

const ASKS = 50
const arrivals = new Map<string, PromiseWithResolvers<number>>()

let inbox: SmtpInbox
let site: Site
beforeAll(async () => {
  inbox = await openSmtpInbox({
    async onData(stream, { envelope }, callback) {
      const arrivedAt = performance.now()
      await text(stream)
      callback()
      // Only now: the next mail would else find this connection busy and open another, which waits 100 ms to be greeted.
      arrivals.get(envelope.rcptTo[0]?.address ?? "")?.resolve(arrivedAt)
    },
  })
  site = await startSite({ inbox })
})
afterAll(async () => {
  await site?.stop()
  await inbox?.close()
})

// Only told: on a busy machine a time proves nothing.
it("sends each mail, and tells how long it took from the request to SMTP's DATA", async () => {
  await timeOf("warm-up@example.com")
  const times: number[] = []
  for (let index = 0; index < ASKS; index += 1) times.push(await timeOf(`person-${index}@example.com`))
  times.sort((one, other) => one - other)
  const [median, p99] = [0.5, 0.99].map((share) => times[Math.ceil(share * ASKS) - 1] ?? Number.NaN)
  console.log(
    `From the request to DATA, ${ASKS} one at a time: p50 ${median?.toFixed(1)} ms, p99 ${p99?.toFixed(1)} ms`,
  )
  expect(times).toHaveLength(ASKS)
})

/** From the moment when the request is sent, so that the time to accept it is counted too. */
async function timeOf(email: string): Promise<number> {
  const arrival = Promise.withResolvers<number>()
  arrivals.set(email, arrival)
  const startedAt = performance.now()
  const response = await fetch(`${site.origin}/auth/sign-in`, {
    method: "POST",
    body: new URLSearchParams({ email }),
    headers: { "sec-fetch-site": "same-origin" },
    redirect: "manual",
  })
  expect(response.status).toBe(303)
  return (await arrival.promise) - startedAt
}
