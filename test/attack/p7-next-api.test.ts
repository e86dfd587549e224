import { describe, expect, it } from "vitest"
import { type App, tokenOf } from "../app.ts"
import { APP_ORIGIN, REFUSED_NEXT, TAKEN_NEXT } from "./next-texts.ts"
import { ownApp } from "./own-app.ts"

const wide = { limits: { askClient: { max: 1_000, minutes: 15 }, redeemClient: { max: 1_000, minutes: 15 } } }

/** Everything that the API says of where a person was going: after the link, pressed again, and after the code. */
async function nextBy(app: App, email: string, next: string): Promise<readonly (string | null)[]> {
  const [first, second] = [app.browser(), app.browser()]
  await first.api("POST", "sign-in", { email, next })
  const token = tokenOf(await app.mailbox.next(email))
  const pressed = await first.api("POST", "link", { token })
  const again = await first.api("POST", "link", { token })
  await second.api("POST", "sign-in", { email, next })
  const { code } = await app.mailbox.next(email)
  const typed = await second.api("POST", "code", { code })
  const typedAgain = await second.api("POST", "code", { code })
  return Promise.all([pressed, again, typed, typedAgain].map(async (answer) => (await answer.json()).next))
}

describe("where the JSON API says that people were going", () => {
  it("HDR-7 P7 is nowhere for every next that leads away", async () => {
    const app = ownApp({ ...wide, allowedOrigins: [APP_ORIGIN] })
    for (const [index, next] of REFUSED_NEXT.entries()) {
      expect(await nextBy(app, `ada${index}@example.com`, next), JSON.stringify(next)).toEqual([null, null, null, null])
    }
  })

  it.each(TAKEN_NEXT)("HDR-7 P7 is %s as %s", async (next, location) => {
    const app = ownApp({ ...wide, allowedOrigins: [APP_ORIGIN] })
    expect(await nextBy(app, "ada@example.com", next)).toEqual([location, location, location, location])
  })

  it("TOK-16 HDR-7 P7 can't be set by the call that redeems, a header or the query, and the mail's link is ours", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const lying = { host: "evil.example", "x-forwarded-host": "evil.example", referer: "https://evil.example/" }
    const asked = await browser.api("POST", "sign-in?next=//evil.example", { email: "ada@example.com" }, lying)
    const message = await app.mailbox.next("ada@example.com")
    expect(`${message.link}${message.text}${message.html}${await asked.text()}`).not.toMatch(/evil/)
    const token = tokenOf(message)
    expect((await browser.api("POST", "link", { token, next: "/admin" })).status).toBe(400)
    const pressed = await browser.api("POST", "link?next=/admin", { token }, lying)
    expect((await pressed.json()).next).toBe(null)
  })
})
