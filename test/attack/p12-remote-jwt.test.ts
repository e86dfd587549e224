import { readFileSync } from "node:fs"
import { expect, it, vi } from "vitest"
import { deriveJwtKey } from "../../src/core/jwt/jwt-key.ts"
import { findSecrets } from "./find-secrets.ts"
import { ownServer } from "./own-server.ts"
import { exchange } from "./raw-http.ts"

const SECRET = "canary-of-the-secret-that-signs-0123456789"

it("LOG-4 P3 P12 a JWT and the key that signs it are in no log, no problem, no public key and no database", async () => {
  const server = await ownServer({ secret: SECRET, trustedProxies: ["127.0.0.1"], logEmails: true })
  const browser = server.browser()
  await browser.post("/auth/sign-in", { email: "ada@example.com" })
  const [message] = await vi.waitUntil(async () => {
    const mail = await server.mail()
    return mail.length > 0 ? mail : null
  })
  await browser.press({ link: message?.link ?? "" })
  const jwt = (await browser.get("/auth/verify?jwt=orders")).headers.get("remote-jwt") ?? ""
  expect(jwt.split(".")).toHaveLength(3)
  // As somebody might send it back to us by mistake.
  const answers = [
    await browser.get(`/auth/verify/${jwt}`, { authorization: `Bearer ${jwt}` }),
    await browser.get(`/auth/verify?jwt=${jwt}&group=${jwt}`, { "remote-jwt": jwt, accept: "application/json" }),
    await browser.get(`/auth/sign-in?next=/${jwt}`, { cookie: `a=${jwt}` }),
    await browser.get("/auth/jwks.json"),
  ]
  expect(answers.map(({ status }) => status)).toEqual([404, 403, 200, 200])
  const head = ["GET /auth/verify?jwt HTTP/1.1", "Host: a", "Accept: text/html", "Connection: close"]
  const forwarded = [`X-Forwarded-Host: ${jwt}.example`, `X-Forwarded-Uri: /${jwt}`]
  const passedOn = await exchange(server.port, `${[...head, ...forwarded].join("\r\n")}\r\n\r\n`)
  expect(passedOn.status).toBe(302)
  const problems = await Promise.all(answers.slice(0, 2).map((answer) => answer.text()))
  const jwks = await answers[3]?.text()
  const seed = deriveJwtKey(SECRET).privateKey.export({ format: "jwk" }).d ?? ""
  const secrets = [jwt, jwt.split(".")[2] ?? "", seed, SECRET]
  const told = { log: server.logLines.join("\n"), problems: problems.join("\n"), jwks: jwks ?? "" }
  for (const [where, text] of Object.entries(told)) expect(findSecrets(Buffer.from(text), secrets), where).toEqual([])
  for (const end of ["", "-wal"]) expect(findSecrets(readFileSync(`${server.path}${end}`), secrets), end).toEqual([])
  // The finder finds, and the log was written.
  expect(findSecrets(Buffer.from(secrets.join("\n")), secrets)).toHaveLength(secrets.length)
  expect(server.logLines.filter((line) => line.includes("/auth/verify")).length).toBeGreaterThanOrEqual(3)
  expect(told.log).toContain("verify_other_host")
})
