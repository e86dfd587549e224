import { afterEach, describe, expect, it } from "vitest"
import { type App, createApp, signIn } from "../../../test/app.ts"

const apps: App[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

async function siteOf(...addresses: readonly string[]): Promise<App> {
  const app = createApp()
  apps.push(app)
  for (const address of addresses) await signIn(app, address)
  return app
}

const emailsOf = ({ users }: Awaited<ReturnType<App["auth"]["users"]["list"]>>) => users.map(({ email }) => email)

describe("a list of users", () => {
  it("goes on with `next` until that is null", async () => {
    const { auth } = await siteOf("carol@example.com", "ada@example.com", "bob@example.com")
    const first = await auth.users.list({ limit: 2 })
    expect(emailsOf(first)).toEqual(["ada@example.com", "bob@example.com"])
    const second = await auth.users.list({ limit: 2, after: first.next ?? "" })
    expect(emailsOf(second)).toEqual(["carol@example.com"])
    expect(second.next).toBe(null)
  })

  it("has no next page when the last one is full", async () => {
    const { auth } = await siteOf("ada@example.com", "bob@example.com")
    expect(await auth.users.list({ limit: 2 })).toMatchObject({ next: null })
    expect(await auth.users.list()).toMatchObject({ next: null })
  })

  it("looks for addresses as they are kept, however they are typed", async () => {
    const { auth } = await siteOf("ada@xn--bcher-kva.example", "adam@example.com", "bob@example.com")
    expect(emailsOf(await auth.users.list({ search: " ADA" }))).toHaveLength(2)
    expect(emailsOf(await auth.users.list({ search: "Ada@Bücher.example" }))).toEqual(["ada@xn--bcher-kva.example"])
    expect(emailsOf(await auth.users.list({ search: "eve" }))).toEqual([])
  })

  it("leaves out who isn't disabled, where it was asked to", async () => {
    const { auth } = await siteOf("ada@example.com", "eve@example.com")
    const eve = await auth.users.find({ email: "eve@example.com" })
    await auth.users.disable(eve?.id ?? "")
    expect(emailsOf(await auth.users.list({ disabled: true }))).toEqual(["eve@example.com"])
  })

  it.each([0, -1, 1.5, 1_001, Number.NaN])("refuses a page of %s", async (limit) => {
    const { auth } = await siteOf()
    await expect(auth.users.list({ limit })).rejects.toMatchObject({ code: "invalid_argument" })
  })
})
