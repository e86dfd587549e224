import { describe, expect, it } from "vitest"
import { sendToOwnAddress } from "./own-address.ts"

const redirect = sendToOwnAddress("http://localhost:3000")

function ask(url: string, { method = "GET", accept = "" } = {}) {
  const { host, pathname, search } = new URL(url)
  const headers: Record<string, string> = { host, accept }
  return redirect({
    method,
    target: pathname + search,
    remoteAddress: "127.0.0.1",
    header: (name) => headers[name] ?? null,
    text: async () => ({ status: "read", text: "" }),
  })
}

const BROWSER = { accept: "text/html,*/*" }

describe("the development server's own address", () => {
  it("sends a page asked for under another name of the machine to its own, with path and query", () => {
    expect(ask("http://127.0.0.1:3000/auth/sign-in?next=/admin", BROWSER)).toMatchObject({
      status: 307,
      headers: { Location: "http://localhost:3000/auth/sign-in?next=/admin" },
    })
  })

  it("shows the mailbox under no foreign name, which a page elsewhere could have given this machine", () => {
    expect(ask("http://evil.example:3000/dev/mailbox.json")?.status).toBe(404)
    expect(ask("http://127.0.0.1:3000/dev/mailbox.json")).toBeNull()
  })

  it("answers under its own name, for foreign hosts, for forms and for scripts as ever", () => {
    for (const [url, method] of [
      ["http://localhost:3000/auth/sign-in", "GET"],
      ["http://evil.example:3000/auth/sign-in", "GET"],
      ["http://127.0.0.1:3000/auth/sign-in", "POST"],
      ["http://127.0.0.1:4000/auth/sign-in", "GET"],
    ] as const) {
      expect(ask(url, { method, ...BROWSER })).toBeNull()
    }
    expect(ask("http://127.0.0.1:3000/dev/mailbox.json")).toBeNull()
  })
})
