import { describe, expect, it } from "vitest"
import { snippetsOf } from "./snippets.ts"
import { startSnippets } from "./start-snippets.ts"

const files = snippetsOf("docs/tutorial.md", "ts")
const [appBefore, authWithoutMail, app, authWithMail] = files

describe("the tutorial", () => {
  it("shows the application before and after, and the way to sign in without mail and with it", () => {
    expect(files.map(({ file }) => file)).toEqual(["app.ts", "auth.ts", "app.ts", "auth.ts"])
    expect(appBefore?.code).not.toContain("linklatch")
    expect(authWithMail?.code).toContain("smtp")
  })

  it("signs people in by the link in the terminal, and out again", async () => {
    if (authWithoutMail === undefined || app === undefined) throw new Error("The tutorial has lost its files.")
    const shop = await startSnippets([authWithoutMail, app], (port) => ({
      PUBLIC_BASE_URL: `http://localhost:${port}`,
      SITE_NAME: "Shop",
    }))
    const browser = shop.browser(`http://localhost:${shop.port}`)
    expect((await browser.get("/orders")).headers.get("location")).toBe("/auth/sign-in?next=/orders")
    await browser.post("/auth/sign-in", { email: "ada@example.com", next: "/orders" })
    await expect.poll(shop.output, { timeout: 5_000 }).toContain("magic_link_dev_fallback")
    const link = /"url":"([^"]+)"/.exec(shop.output())?.[1] ?? ""
    expect((await browser.press({ link })).headers.get("location")).toBe("/orders")
    expect(await (await browser.get("/orders")).text()).toContain("Orders of ada@example.com")
    expect((await browser.post("/auth/sign-out")).status).toBe(303)
    expect((await browser.get("/orders")).status).toBe(303)
  })
})
