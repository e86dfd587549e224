import { Hono } from "hono"
import { describe, expect, it } from "vitest"
import { sendToOwnAddress } from "./own-address.ts"

const BROWSER = { headers: { accept: "text/html,*/*" } }

const app = new Hono().use(sendToOwnAddress("http://localhost:3000")).all("*", (c) => c.text("here"))

describe("the development server's own address", () => {
  it("sends a page asked for under another name of the machine to its own, with path and query", async () => {
    const response = await app.request("http://127.0.0.1:3000/auth/sign-in?next=/admin", BROWSER)
    expect(response.status).toBe(307)
    expect(response.headers.get("location")).toBe("http://localhost:3000/auth/sign-in?next=/admin")
  })

  it("shows the mailbox under no foreign name, which a page elsewhere could have given this machine", async () => {
    expect((await app.request("http://evil.example:3000/dev/mailbox.json")).status).toBe(404)
    expect((await app.request("http://127.0.0.1:3000/dev/mailbox.json")).status).toBe(200)
  })

  it("answers under its own name, for foreign hosts, for forms and for scripts as ever", async () => {
    for (const [url, method] of [
      ["http://localhost:3000/auth/sign-in", "GET"],
      ["http://evil.example:3000/auth/sign-in", "GET"],
      ["http://127.0.0.1:3000/auth/sign-in", "POST"],
      ["http://127.0.0.1:4000/auth/sign-in", "GET"],
    ] as const) {
      expect(await (await app.request(url, { method, ...BROWSER })).text()).toBe("here")
    }
    expect(await (await app.request("http://127.0.0.1:3000/dev/mailbox.json")).text()).toBe("here")
  })
})
