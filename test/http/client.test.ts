import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest"
import { type ClientOptions, createClient, type ProblemCode, type Session, type User } from "../../src/client.ts"
import { type App, askForMail, createApp, ORIGIN, tokenOf } from "../app.ts"
import { withCookies } from "../cookie-jar.ts"

const EMAIL = "ada@example.com"
const NOBODY = { user: null, session: null }

let app: App
beforeEach(() => {
  app = createApp({ limits: { askClient: { max: 3, minutes: 15 } } })
})
afterEach(() => app.close())

/** A client with cookies of its own, at a client address of its own. */
function someone(remoteAddress = "192.0.2.1") {
  const fetch = withCookies((url, init) => app.auth.handler(new Request(url, init), { remoteAddress }))
  return Object.assign(createClient({ baseUrl: ORIGIN, fetch }), { cookies: fetch.cookies })
}

const answering = (answer: () => Response | Promise<Response>) =>
  createClient({ baseUrl: ORIGIN, fetch: async () => answer() })

describe("the client", () => {
  it("signs in with the code, shows the session and its sisters, and signs out", async () => {
    const auth = someone()
    const asked = await auth.signIn.email({ email: EMAIL, next: "/orders" })
    expect(asked).toMatchObject({ data: { email: EMAIL, codeTriesLeft: 5 }, error: null })
    const { code } = await app.mailbox.next(EMAIL)
    const signedIn = await auth.signIn.code({ code })
    expect(signedIn).toMatchObject({ data: { user: { email: EMAIL }, next: "/orders" }, error: null })
    const { data: current } = await auth.session()
    expect(current).toEqual({ user: signedIn.data?.user, session: signedIn.data?.session })
    expect(await auth.sessions.list()).toEqual({ data: { sessions: [signedIn.data?.session] }, error: null })
    expect(await auth.signOut()).toEqual({ data: true, error: null })
    expect(await auth.session()).toEqual({ data: NOBODY, error: null })
    expect((await auth.sessions.list()).error).toMatchObject({ code: "not_signed_in", status: 401 })
  })

  it("signs in with a link, and elsewhere with the number that the first one shows", async () => {
    const [asking, other] = [someone(), someone()]
    const { data } = await asking.signIn.email({ email: EMAIL })
    const token = tokenOf(await app.mailbox.next(EMAIL))
    expect(await other.signIn.link({ token })).toMatchObject({
      data: null,
      error: { code: "wrong_browser", matchTriesLeft: 3 },
    })
    const { data: signedIn } = await other.signIn.link({ token, match: String(data?.matchNumber) })
    expect(signedIn).toMatchObject({ user: { email: EMAIL }, next: null })
    expect((await asking.session()).data).toEqual(NOBODY)
  })

  it("ends one session, and all of them", async () => {
    const [first, second] = [someone(), someone("192.0.2.2")]
    for (const one of [first, second]) {
      await one.signIn.email({ email: EMAIL })
      await one.signIn.code({ code: (await app.mailbox.next(EMAIL)).code })
    }
    const { data } = await second.session()
    expect(await first.sessions.revoke(data?.session?.id ?? "")).toEqual({ data: true, error: null })
    expect((await second.session()).data).toEqual(NOBODY)
    for (const id of ["", ".", "..", "../sessions", "all", "a/b", "?", "%2e%2e"]) {
      const { error } = await first.sessions.revoke(id)
      expect(["unknown_session", "not_found"], id).toContain(error?.code)
    }
    expect((await first.session()).data?.user?.email).toBe(EMAIL)
    expect(await first.sessions.revokeAll()).toEqual({ data: true, error: null })
    expect((await first.session()).data).toEqual(NOBODY)
  })

  it("tells what went wrong by its code, with what belongs to it", async () => {
    const auth = someone()
    expect((await auth.signIn.email({ email: "ada@" })).error).toMatchObject({ code: "invalid_email", status: 422 })
    await auth.signIn.email({ email: EMAIL })
    const { code } = await app.mailbox.next(EMAIL)
    const { error } = await auth.signIn.code({ code: code === "000000" ? "000001" : "000000" })
    expect(error).toEqual({
      code: "wrong_code",
      status: 422,
      detail: "That is not the code. 4 tries left.",
      triesLeft: 4,
    })
    for (let round = 0; round < 3; round++) await auth.signIn.email({ email: EMAIL })
    const { error: limited } = await auth.signIn.email({ email: EMAIL })
    expect(limited).toMatchObject({ code: "rate_limited", status: 429, retryAfterSeconds: 900 })
    await app.store.close()
    const { error: gone } = await auth.signIn.link({ token: "A".repeat(43) })
    expect(gone).toMatchObject({ code: "unavailable", status: 503, retryAfterSeconds: 5 })
  })

  it("says to whoever passes what the server doesn't know that it doesn't", async () => {
    const ask = { email: EMAIL, callbackURL: "/" }
    expect((await someone().signIn.email(ask)).error).toMatchObject({
      code: "bad_request",
      detail: expect.stringContaining('"next"'),
    })
  })

  it("hands the headers on that it was given, and asks on a visitor's behalf with their cookie", async () => {
    const browser = app.browser()
    await browser.press(await askForMail(app, browser, EMAIL))
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ")
    const fetch: ClientOptions["fetch"] = (url, init) => app.auth.handler(new Request(url, init))
    const german = createClient({ baseUrl: `${ORIGIN}//`, fetch, headers: { cookie, "accept-language": "de" } })
    expect((await german.session()).data?.user?.email).toBe(EMAIL)
    expect((await german.sessions.revoke("x")).error?.detail).toBe("Vielleicht ist sie schon beendet.")
    expect((await german.signOut()).data).toBe(true)
  })

  it("calls its page's own origin unless it is told another, by whatever fetch there is at the time", async () => {
    const calls: [string, string | undefined][] = []
    const real = globalThis.fetch
    const auth = createClient()
    globalThis.fetch = (async (url: string, init?: RequestInit) => {
      calls.push([url, init?.method])
      return Response.json(NOBODY)
    }) as typeof real
    await auth.session()
    await auth.sessions.revoke("a b")
    globalThis.fetch = real
    expect(calls).toEqual([
      ["/auth/api/session", "GET"],
      ["/auth/api/sessions/a%20b", "DELETE"],
    ])
  })

  it("resolves with network_error when nothing comes back, or breaks off", async () => {
    const broken = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) }), {
        headers: { "content-type": "application/json" },
      })
    const rejects = () => Promise.reject(new TypeError("fetch failed"))
    const throws = () => {
      throw new TypeError("no")
    }
    for (const answer of [broken, rejects, throws]) {
      expect(await answering(answer).session()).toEqual({
        data: null,
        error: { code: "network_error", detail: expect.any(String), status: 0 },
      })
    }
    expect((await createClient({ baseUrl: "http://127.0.0.1:1" }).session()).error?.code).toBe("network_error")
  })

  it("resolves, and sends nothing, where an id can't stand in an address", async () => {
    expect((await answering(() => Response.json({})).sessions.revoke("\ud800")).error?.code).toBe("network_error")
  })

  it("resolves with bad_response when what came back isn't Linklatch's", async () => {
    const type = (text: string) => ({ headers: { "content-type": text } })
    const answers: (() => Response)[] = [
      () => new Response("<!doctype html>", type("text/html")),
      () => new Response(""),
      () => new Response("", type("application/json")),
      () => new Response("null", type("application/json")),
      () => new Response("1", type("application/json")),
      () => new Response("{", type("application/json")),
      () => new Response("<h1>Bad gateway</h1>", { status: 502, ...type("text/html") }),
      () => new Response('{"error":"no"}', { status: 500, ...type("application/json") }),
      () => new Response('{"code":7}', { status: 500, ...type("application/json") }),
    ]
    for (const answer of answers) {
      const { data, error } = await answering(answer).session()
      expect([data, error?.code, error?.status], await answer().text()).toEqual([null, "bad_response", answer().status])
    }
  })

  it("takes nobody else's answer for its own, so that nothing passes for a person who is signed in", async () => {
    const json = (body: unknown, status = 200) => Response.json(body, { status })
    const foreign: (() => Response)[] = [
      () => new Response(null, { status: 204 }),
      ...[{}, [], { user: {} }, { user: null }, { session: {} }, { ok: true }, { data: NOBODY }].map(
        (body) => () => json(body),
      ),
      () => json({ code: "FST_ERR_NOT_FOUND", message: "Not Found" }, 404),
    ]
    for (const answer of foreign) {
      const auth = answering(answer)
      const results = [
        await auth.signIn.email({ email: EMAIL }),
        await auth.signIn.code({ code: "123456" }),
        await auth.signIn.link({ token: "A" }),
        await auth.session(),
        await auth.sessions.list(),
      ]
      for (const { data, error } of results) expect([data, error?.code]).toEqual([null, "bad_response"])
    }
    for (const answer of foreign.slice(1)) {
      const auth = answering(answer)
      for (const { data } of [await auth.signOut(), await auth.sessions.revoke("a"), await auth.sessions.revokeAll()])
        expect(data).toBeNull()
    }
    expect((await answering(() => json(NOBODY)).signIn.code({ code: "123456" })).error?.code).toBe("bad_response")
  })

  it.each(["Infinity", "-5", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", "9999999999", ""])(
    "takes Retry-After: %s for no number of seconds",
    async (wait) => {
      const problem = { code: "rate_limited", detail: "Wait." }
      const headers = { "content-type": "application/problem+json", "retry-after": wait }
      const { error } = await answering(() => new Response(JSON.stringify(problem), { status: 429, headers })).session()
      expect(error).toMatchObject({ code: "rate_limited", retryAfterSeconds: 0 })
    },
  )

  it("never rejects, and always has either data or an error", async () => {
    const status = fc.integer({ min: 200, max: 599 }).filter((one) => ![204, 205, 304].includes(one))
    const type = fc.constantFrom("application/json", "application/problem+json", "text/html", "")
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.dictionary(fc.constantFrom("code", "detail", "triesLeft"), fc.jsonValue()).map((one) => JSON.stringify(one)),
    )
    await fc.assert(
      fc.asyncProperty(status, type, body, async (one, contentType, text) => {
        const auth = answering(() => new Response(text, { status: one, headers: { "content-type": contentType } }))
        for (const result of [await auth.session(), await auth.signOut(), await auth.signIn.code({ code: "1" })]) {
          expect((result.data === null) !== (result.error === null)).toBe(true)
          if (result.error !== null) expect(typeof result.error.code).toBe("string")
        }
      }),
    )
  })

  it("has types that tell data and error apart, and the codes by name", () => {
    type Told = Awaited<ReturnType<ReturnType<typeof createClient>["session"]>>
    expectTypeOf<Extract<Told, { error: null }>["data"]>().toExtend<{ user: User | null; session: Session | null }>()
    const inspect = (told: Told) => {
      if (told.error === null) return told.data.user?.email
      expectTypeOf(told.data).toEqualTypeOf<null>()
      if (told.error.code === "wrong_code") expectTypeOf(told.error.triesLeft).toBeNumber()
      if (told.error.code === "rate_limited") expectTypeOf(told.error.retryAfterSeconds).toBeNumber()
      expectTypeOf(told.error.code).toEqualTypeOf<ProblemCode | "network_error" | "bad_response">()
      // @ts-expect-error: there is no such code
      return told.error.code === "no_such_code" ? "" : told.error.detail
    }
    expect(inspect({ data: NOBODY, error: null })).toBeUndefined()
  })
})
