import { execFileSync } from "node:child_process"
import { createSecretKey, generateKeyPairSync } from "node:crypto"
import { createRemoteJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT, UnsecuredJWT } from "jose"
import { describe, expect, it, onTestFinished } from "vitest"
import { closeServer, createHttpServer, listen } from "../../src/server/http-server.ts"
import { type App, type createApp, ORIGIN, signIn } from "../app.ts"
import { ownApp } from "../attack/own-app.ts"
import { findResponseFaults } from "../attack/response-faults.ts"

const PROXY = "10.0.0.7"
const [OLD, NEW] = ["the-old-secret-that-is-long-enough-0123", "the-new-secret-that-is-long-enough-4567"]

const signing = (options: Parameters<typeof createApp>[0] = {}) => ownApp({ trustedProxies: [PROXY], ...options })

/** Signs in, and asks as a proxy does. */
async function askForJwt(app: App, email: string, query = "?jwt"): Promise<string> {
  const { browser } = await signIn(app, email, app.browser({ ip: PROXY }))
  return (await browser.get(`/auth/verify${query}`)).headers.get("remote-jwt") ?? ""
}

/** What an application in any language does, over real HTTP: it knows the site's address and nothing else. */
async function openVerifier(first: App) {
  let app = first
  const server = createHttpServer((incoming) => app.auth.answer(incoming))
  const port = await listen(server, "127.0.0.1", 0)
  onTestFinished(() => closeServer(server, 0))
  // No pause between fetches: in a test, keys change faster than in life.
  const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}/auth/jwks.json`), { cooldownDuration: 0 })
  return {
    serve: (next: App) => {
      app = next
    },
    verify: (jwt: string, { audience = ORIGIN, late = 0 } = {}) =>
      jwtVerify(jwt, keys, {
        issuer: ORIGIN,
        audience,
        algorithms: ["EdDSA"],
        currentDate: new Date(app.clock.now() + late),
      }),
  }
}

describe("a signed word about who is signed in", () => {
  it("is verified by the keys of /auth/jwks.json, and says who, for whom and until when", async () => {
    const app = signing({ adminEmails: ["ada.lovelace@example.com"] })
    const jwt = await askForJwt(app, "ada.lovelace@example.com")
    const { payload, protectedHeader } = await (await openVerifier(app)).verify(jwt)
    const user = await app.auth.users.find({ email: "ada.lovelace@example.com" })
    const [session] = await app.auth.sessions.list(user?.id ?? "")
    const seconds = app.clock.now() / 1_000
    expect(payload).toEqual({
      iss: ORIGIN,
      aud: ORIGIN,
      sub: user?.id,
      email: "ada.lovelace@example.com",
      name: "Ada Lovelace",
      groups: ["admin"],
      sid: session?.id,
      iat: seconds,
      exp: seconds + 120,
    })
    expect(protectedHeader).toEqual({ alg: "EdDSA", typ: "JWT", kid: expect.stringMatching(/^[\w-]{43}$/) })
  })

  it("is for the audience that the proxy's configuration names, and for no other", async () => {
    const app = signing()
    const jwt = await askForJwt(app, "ada@example.com", "?jwt=orders")
    const { verify } = await openVerifier(app)
    expect((await verify(jwt, { audience: "orders" })).payload.aud).toBe("orders")
    await expect(verify(jwt)).rejects.toMatchObject({ code: "ERR_JWT_CLAIM_VALIDATION_FAILED", claim: "aud" })
  })

  it("is for this site where none is named, whatever host the request was for", async () => {
    const app = signing()
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: PROXY }))
    const headers = { "x-forwarded-host": "evil.example", "x-forwarded-uri": "/", host: "evil.example" }
    const jwt = (await browser.get("/auth/verify?jwt", headers)).headers.get("remote-jwt") ?? ""
    expect((await (await openVerifier(app)).verify(jwt)).payload.aud).toBe(ORIGIN)
  })

  it("is over after two minutes", async () => {
    const app = signing()
    const { verify } = await openVerifier(app)
    const jwt = await askForJwt(app, "ada@example.com")
    await verify(jwt, { late: 119_000 })
    await expect(verify(jwt, { late: 121_000 })).rejects.toMatchObject({ code: "ERR_JWT_EXPIRED" })
  })

  // What can't be promised: whoever verifies without asking doesn't hear of the end (docs/threat-model.md).
  it("outlives its session until then, and isn't given again", async () => {
    const app = signing()
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: PROXY }))
    const jwt = (await browser.get("/auth/verify?jwt")).headers.get("remote-jwt") ?? ""
    await browser.post("/auth/sign-out")
    await (await openVerifier(app)).verify(jwt)
    expect((await browser.get("/auth/verify?jwt")).headers.get("remote-jwt")).toBe("")
  })

  it("is there, and empty, for whoever isn't signed in or not in the group", async () => {
    const app = signing()
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: PROXY }))
    const answers = [
      await app.browser({ ip: PROXY }).get("/auth/verify?jwt"),
      await app.browser({ ip: PROXY }).get("/auth/verify?jwt", { accept: "application/json" }),
      await browser.get("/auth/verify?jwt&group=admin"),
    ]
    expect(answers.map(({ status, headers }) => [status, headers.get("remote-jwt")])).toEqual([
      [401, ""],
      [401, ""],
      [403, ""],
    ])
  })
})

describe("the keys", () => {
  it("are public, kept for five minutes, and hold no private half", async () => {
    const app = signing({ secret: [NEW, OLD] })
    const response = await app.browser().get("/auth/jwks.json")
    expect(response.headers.get("content-type")).toBe("application/jwk-set+json")
    expect(response.headers.get("cache-control")).toBe("public, max-age=300")
    expect(findResponseFaults(response, { isPublic: true })).toEqual([])
    const { keys } = (await response.json()) as { keys: Record<string, string>[] }
    expect(keys).toHaveLength(2)
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"])
      expect(key).toMatchObject({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig" })
    }
  })

  it("are the same in every process that has the same secrets", async () => {
    const sets = await Promise.all(
      [signing({ secret: [NEW, OLD] }), signing({ secret: [NEW, OLD] })].map(async (app) =>
        (await app.browser().get("/auth/jwks.json")).text(),
      ),
    )
    expect(sets[0]).toBe(sets[1])
  })

  it("rotate with the secret: the first signs, all verify, and one that is gone verifies no more", async () => {
    const [before, between, after] = [
      signing({ secret: OLD }),
      signing({ secret: [NEW, OLD] }),
      signing({ secret: NEW }),
    ]
    const { serve, verify } = await openVerifier(before)
    const oldJwt = await askForJwt(before, "ada@example.com")
    await verify(oldJwt)
    serve(between)
    const newJwt = await askForJwt(between, "ada@example.com")
    expect(decodeProtectedHeader(newJwt).kid).not.toBe(decodeProtectedHeader(oldJwt).kid)
    await verify(newJwt)
    await verify(oldJwt)
    const { verify: verifyAfter } = await openVerifier(after)
    await verifyAfter(newJwt)
    await expect(verifyAfter(oldJwt)).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" })
  })

  it("verify nothing that is unsigned, signed by somebody else, or signed with the public key as a secret", async () => {
    const app = signing()
    const { verify } = await openVerifier(app)
    const jwt = await askForJwt(app, "ada@example.com")
    const { payload, protectedHeader } = await verify(jwt)
    const claims: JWTPayload = { ...payload, email: "root@example.com" }
    const { keys } = (await (await app.browser().get("/auth/jwks.json")).json()) as { keys: { x: string }[] }
    const [head = "", , signature = ""] = jwt.split(".")
    const forged = {
      unsigned: new UnsecuredJWT(claims).encode(),
      foreign: await new SignJWT(claims)
        .setProtectedHeader({ ...protectedHeader, alg: "EdDSA" })
        .sign(generateKeyPairSync("ed25519").privateKey),
      confused: await new SignJWT(claims)
        .setProtectedHeader({ ...protectedHeader, alg: "HS256" })
        .sign(createSecretKey(Buffer.from(keys[0]?.x ?? "", "base64url"))),
      changed: [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join("."),
    }
    for (const [how, text] of Object.entries(forged)) {
      await expect(verify(text), how).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_J/) })
    }
  })
})

it("costs nobody who doesn't ask for it: importing the library and checking a session don't load jose", () => {
  const program = `
    import { registerHooks } from "node:module"
    registerHooks({ resolve(name, context, next) {
      if (/^jose\\b/.test(name)) throw new Error("jose was loaded")
      return next(name, context)
    } })
    const { linklatch } = await import("./src/index.ts")
    const { sqlite } = await import("./src/sqlite.ts")
    const auth = linklatch({ baseUrl: "https://login.example.com", siteName: "Example", secret: "x".repeat(40),
      store: sqlite(":memory:"), mail: { send: async () => ({ status: "sent" }), close: async () => {} },
      trustedProxies: ["10.0.0.7"] })
    const info = { remoteAddress: "10.0.0.7" }
    const { status } = await auth.handler(new Request("https://login.example.com/auth/verify"), info)
    const { status: keys } = await auth.handler(new Request("https://login.example.com/auth/jwks.json"), info)
    await auth.close()
    console.log(status, keys)`
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" })
  expect(output.trim()).toBe("401 200")
})
