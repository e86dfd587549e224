import { expect, it } from "vitest"
import { createClient } from "../../src/client.ts"
import { tokenOf } from "../app.ts"
import { withCookies } from "../cookie-jar.ts"
import { mountedSite } from "./mounted-site.ts"
import { sites } from "./sites.ts"

const EMAIL = "ada@example.com"

it.each(Object.keys(sites))("%s: the client signs in, lists, ends and signs out, over a real socket", async (name) => {
  const { app, port } = await mountedSite(name)
  const someone = () => createClient({ baseUrl: `http://127.0.0.1:${port}`, fetch: withCookies(fetch) })
  const [auth, other] = [someone(), someone()]
  expect((await auth.signIn.email({ email: EMAIL, next: "/orders" })).error).toBe(null)
  const { code } = await app.mailbox.next(EMAIL)
  expect((await auth.signIn.code({ code: code === "000000" ? "000001" : "000000" })).error?.code).toBe("wrong_code")
  expect((await auth.signIn.code({ code })).data).toMatchObject({ user: { email: EMAIL }, next: "/orders" })
  app.clock.advance(1_000)
  await other.signIn.email({ email: EMAIL })
  const token = tokenOf(await app.mailbox.next(EMAIL))
  expect((await other.signIn.link({ token })).data?.session.isCurrent).toBe(true)
  const { data } = await auth.sessions.list()
  expect(data?.sessions.map(({ isCurrent }) => isCurrent)).toEqual([false, true])
  expect((await auth.sessions.revoke(data?.sessions[0]?.id ?? "")).data).toBe(true)
  expect((await other.session()).data?.user).toBe(null)
  expect((await auth.signOut()).data).toBe(true)
  expect((await auth.sessions.revokeAll()).error?.code).toBe("not_signed_in")
})
