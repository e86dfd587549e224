import { once } from "node:events"
import { readdirSync } from "node:fs"
import { createServer } from "node:net"
import { describe, expect, it, onTestFinished } from "vitest"
import { ownExample, refusedExample } from "./own-example.ts"
import { open, signInAt, submit } from "./walk.ts"

describe.each(["node", "express", "fastify", "hono"])("the example on %s", (name) => {
  it("greets everybody, asks who wants in to sign in, knows them after, and signs them out", async () => {
    const { browser, link } = await ownExample(name)
    const ada = browser()
    expect((await open(ada, "/")).html).toContain("Everybody is welcome")
    const members = await signInAt(ada, "/members", "ada.o'hara@example.com", link)
    expect([members.path, members.status]).toEqual(["/members", 200])
    expect(members.html).toContain("sent to ada.o&#39;hara@example.com")
    const home = await open(ada, "/")
    expect(home.html).toContain("Hello, Ada")
    expect((await submit(ada, home, "/auth/sign-out")).path).toBe("/auth/sign-in?signed-out")
    expect((await open(ada, "/")).html).toContain("Everybody is welcome")
    expect((await ada.get("/members")).headers.get("location")).toBe("/auth/sign-in?next=/members")
  })

  it("keeps its pages apart from those of the library", async () => {
    const { browser, output } = await ownExample(name)
    expect((await browser().get("/authors")).status).toBe(404)
    expect((await browser().get("/admin")).status).toBe(404)
    expect((await browser().get("/auth/sign-in")).headers.get("content-security-policy")).toContain("default-src")
    expect(output()).not.toContain("remote_address_missing")
  })

  it("ends when it is told to, and closes its database", async () => {
    const example = await ownExample(name)
    await example.browser().post("/auth/sign-in", { email: "ada@example.com" })
    expect(await example.stop()).toBe(0)
    expect(readdirSync(example.folder)).toEqual(["tea-house.db"])
  })

  it("says so where its port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1")
    onTestFinished(() => void taken.close())
    await once(taken, "listening")
    const address = taken.address()
    const { code, output } = await refusedExample(name, { PORT: String(typeof address === "object" && address?.port) })
    expect(code).toBe(1)
    expect(output).toContain("EADDRINUSE")
    expect(output).not.toContain("Open http")
  })

  it("doesn't start in production without mail and https", async () => {
    const { code, output } = await refusedExample(name, { NODE_ENV: "production", PORT: "0" })
    expect(code).toBe(1)
    expect(output).toMatch(/baseUrl: It is not https[\s\S]*mail: There is no mail transport/)
  })
})
