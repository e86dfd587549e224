import { expect, it } from "vitest"
import { createApp } from "../app.ts"

it("limits nobody where the site said so, and says nothing of limits", async () => {
  const app = createApp({ limits: { askClient: false, askAddress: false, askBrowser: false, redeemClient: false } })
  const browser = app.browser()
  for (let asked = 0; asked < 30; asked += 1) {
    const response = await browser.post("/auth/sign-in", { email: "ada@example.com" })
    expect(response.status).toBe(303)
    expect(response.headers.has("ratelimit")).toBe(false)
  }
  for (let tried = 0; tried < 30; tried += 1) {
    const response = await browser.post("/auth/link", { token: "x".repeat(43) })
    expect(response.status).toBe(404)
  }
  expect((await app.events()).filter(({ type }) => type === "rate_limited")).toEqual([])
  await app.close()
})
