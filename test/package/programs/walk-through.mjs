import { mkdtempSync } from "node:fs"
import { join } from "node:path"

/** Signs somebody in and out through the library alone, as any application can; throws where that doesn't come to its end. */
export async function walkThrough({ linklatch, sqlite, createTestMailbox }) {
  const baseUrl = "http://localhost"
  const mailbox = createTestMailbox()
  const store = sqlite(join(mkdtempSync(join(process.cwd(), "walk-")), "auth.db"))
  const auth = linklatch({ baseUrl, siteName: "Example", secret: "x".repeat(32), store, mail: mailbox })
  const cookies = new Map()

  async function post(path, form) {
    const headers = {
      cookie: cookieHeader(),
      origin: baseUrl,
      "sec-fetch-site": "same-origin",
      "content-type": "application/x-www-form-urlencoded",
    }
    const request = new Request(baseUrl + path, { method: "POST", headers, body: new URLSearchParams(form).toString() })
    const response = await auth.handler(request, { remoteAddress: "127.0.0.1" })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";", 1)[0].split(/=(.*)/s)
      cookies.set(name, value)
    }
    if (response.status !== 303) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  }

  function cookieHeader() {
    return [...cookies].map((pair) => pair.join("=")).join("; ")
  }

  const who = async () => (await auth.session({ headers: { cookie: cookieHeader() } }))?.user.email ?? "nobody"

  await post("/auth/sign-in", { email: "ada@example.com" })
  const { link } = await mailbox.next("ada@example.com")
  const before = await who()
  await post("/auth/link", { token: new URL(link).pathname.split("/").at(-1) })
  const after = await who()
  await post("/auth/sign-out", {})
  const seen = [before, after, await who()].join(", ")
  await auth.close()
  return seen
}
