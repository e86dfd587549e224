import { expect, it, onTestFinished } from "vitest"
import { openSmtpInbox } from "../smtp-inbox.ts"
import { snippetsOf } from "./snippets.ts"
import { startSnippets } from "./start-snippets.ts"

it.each([
  ["README.md"],
  ["docs/guides/express.md"],
  ["docs/guides/fastify.md"],
  ["docs/guides/hono.md"],
  ["docs/guides/node-http.md"],
])("%s makes an application that people sign in to by mail", async (page) => {
  const inbox = await openSmtpInbox()
  onTestFinished(() => inbox.close())
  // The guides take their auth.ts from the README.
  const auth = snippetsOf("README.md", "ts").filter(({ file }) => file === "auth.ts")
  const own = snippetsOf(page, "ts").filter(({ file }) => file !== "auth.ts")
  const app = await startSnippets([...own, ...auth.map((snippet) => ({ ...snippet, page }))], (port) => ({
    PORT: String(port),
    SMTP_URL: `smtp://127.0.0.1:${inbox.port}`,
  }))
  const browser = app.browser("https://example.com")
  const refused = await browser.get("/orders")
  expect([refused.status, refused.headers.get("location")]).toEqual([303, "/auth/sign-in?next=/orders"])
  await browser.post("/auth/sign-in", { email: "ada@example.com", next: "/orders" })
  await expect.poll(() => inbox.deliveries.length, { timeout: 5_000 }).toBe(1)
  const link = /https:\/\/\S+\/auth\/link\/\S+/.exec(inbox.deliveries[0]?.email.text ?? "")?.[0] ?? ""
  const pressed = await browser.press({ link })
  expect([pressed.status, pressed.headers.get("location")]).toEqual([303, "/orders"])
  expect((await (await browser.get("/orders")).text()).trim()).toBe("Orders of ada@example.com")
})
