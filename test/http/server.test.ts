import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import { createApp } from "../../src/server/app.ts"
import { readEnvironment } from "../../src/server/environment.ts"
import { closeServer, createHttpServer, listen } from "../../src/server/http-server.ts"
import { createLateMetrics } from "../../src/server/late-metrics.ts"
import { createLog } from "../../src/server/log.ts"
import { createMetrics } from "../../src/server/metrics.ts"
import { createMetricsGuard } from "../../src/server/metrics-guard.ts"
import { openAuth } from "../../src/server/open-auth.ts"
import { type RunningServer, startServer } from "../../src/server/server.ts"
import type { ServerConfig } from "../../src/server/server-config.ts"

const directory = mkdtempSync(join(tmpdir(), "linklatch-server-"))
afterAll(() => rmSync(directory, { recursive: true }))

const DEVELOPMENT = { PORT: "0", DATABASE_URL: "sqlite::memory:" }
const PRODUCTION = {
  ...DEVELOPMENT,
  HOST: "127.0.0.1",
  PUBLIC_BASE_URL: "https://login.example.com",
  LINKLATCH_SECRET: "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU",
  SMTP_URL: "smtp://127.0.0.1:1",
  MAIL_FROM: "login@example.com",
}

function readConfig(env: Record<string, string>, command: "dev" | "serve" = "dev"): ServerConfig {
  const outcome = readEnvironment(env, { command, directory })
  if (outcome.status === "faulty") throw new Error(JSON.stringify(outcome.faults))
  return outcome.config
}

function captureLog() {
  const lines: Record<string, unknown>[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  return { lines, log: createLog({ mode: "production", level: "debug", secrets: [], write }) }
}

const running: RunningServer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()))
})

async function start(env: Record<string, string> = {}, command: "dev" | "serve" = "dev") {
  const { log, lines } = captureLog()
  const server = await startServer(
    readConfig({ ...(command === "dev" ? DEVELOPMENT : PRODUCTION), ...env }, command),
    log,
  )
  running.push(server)
  const url = `http://127.0.0.1:${server.port}`
  return {
    server,
    url,
    lines,
    get: (path: string, headers?: Record<string, string>) =>
      fetch(url + path, { headers: headers ?? {}, redirect: "manual" }),
  }
}

async function askForMail(url: string, baseUrl: string, email: string): Promise<{ link: string; code: string }> {
  const headers = {
    Origin: baseUrl,
    "Sec-Fetch-Site": "same-origin",
    "Content-Type": "application/x-www-form-urlencoded",
  }
  const body = new URLSearchParams({ email })
  const response = await fetch(`${url}/auth/sign-in`, { method: "POST", headers, body, redirect: "manual" })
  expect(response.status).toBe(303)
  const newest = async () => (await (await fetch(`${url}/dev/mailbox.json`)).json())[0]
  await expect.poll(newest).toBeDefined()
  return newest()
}

/** A connection of which the test sends every byte itself. */
function openRaw(
  port: number,
): Promise<{ socket: Socket; send: (text: string) => void; heard: () => string; closed: Promise<void> }> {
  const socket = connect(port, "127.0.0.1")
  let text = ""
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
  })
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()))
  return new Promise((resolve, reject) => {
    socket.on("error", reject)
    socket.on("connect", () =>
      resolve({ socket, send: (bytes) => void socket.write(bytes), heard: () => text, closed }),
    )
  })
}

describe("/healthz and /readyz", () => {
  it("say that the server lives and is ready", async () => {
    const { get } = await start()
    expect((await get("/healthz")).status).toBe(200)
    const ready = await get("/readyz")
    expect(ready.status).toBe(200)
    expect(ready.headers.get("cache-control")).toBe("no-store")
  })

  it("is not ready while the store is down, and says when to ask again", async () => {
    const { log, lines } = captureLog()
    const config = readConfig(DEVELOPMENT)
    const { auth, store, deleted } = await openAuth(config, log)
    const metrics = createLateMetrics(async () => createMetrics({ store, clock: Date, deleted }))
    const mayReadMetrics = createMetricsGuard(config.metricsAllow, config.options)
    const app = createApp({
      auth,
      log,
      metrics,
      mayReadMetrics,
      trustedProxies: [],
      developmentPages: [],
      isStopping: () => false,
    })
    const server = createHttpServer(app)
    const port = await listen(server, "127.0.0.1", 0)
    await auth.close()
    const response = await fetch(`http://127.0.0.1:${port}/readyz`)
    const isAlive = await fetch(`http://127.0.0.1:${port}/healthz`)
    const scraped = await fetch(`http://127.0.0.1:${port}/metrics`)
    await closeServer(server, 0)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0)
    expect(isAlive.status).toBe(200)
    const metricsText = await scraped.text()
    expect(metricsText).toContain("process_resident_memory_bytes")
    expect(metricsText).not.toMatch(/^linklatch_outbox_queued/m)
    expect(lines.map(({ event }) => event)).toContain("not_ready")
  })
})

describe("/", () => {
  it("leads to the account page", async () => {
    const response = await (await start()).get("/")
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("/auth/account")
  })
})

describe("/metrics", () => {
  it("counts requests by pattern, events and mail, and names no version (OPS-8)", async () => {
    const { get, url, server } = await start()
    const { link } = await askForMail(url, server.baseUrl, "ada@example.com")
    const token = link.split("/").at(-1) ?? ""
    await get(`/auth/link/${token}`)
    await get("/secret-path-of-a-stranger?q=1")
    const response = await get("/metrics")
    const text = await response.text()
    expect(response.headers.get("content-type")).toContain("text/plain")
    expect(text).toContain('linklatch_http_requests_total{method="GET",route="/auth/link/:token",status="2xx"} 1')
    expect(text).toContain('linklatch_events_total{type="link_requested"} 1')
    expect(text).toContain('linklatch_mails_total{outcome="sent"} 1')
    expect(text).toContain("linklatch_outbox_queued 0")
    expect(text).toMatch(/^linklatch_audit_unsealed \d+$/m)
    expect(text).toMatch(/^linklatch_audit_checkpoint_size \d+$/m)
    expect(text).toContain("process_resident_memory_bytes")
    expect(text).not.toContain(token)
    expect(text).not.toContain("stranger")
    expect(text).not.toContain(process.versions.node)
  })

  it("is a page that doesn't exist for whoever isn't allowed", async () => {
    const { get } = await start({ METRICS_ALLOW: "192.0.2.1" })
    const [refused, missing] = [await get("/metrics"), await get("/no-such-page")]
    expect(refused.status).toBe(404)
    expect(await refused.text()).toBe(await missing.text())
  })

  it.each(["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-proto"])(
    "is hidden from an unnamed proxy on this machine that sends %s",
    async (name) => {
      expect((await (await start()).get("/metrics", { [name]: "127.0.0.1" })).status).toBe(404)
    },
  )

  it("believes a trusted proxy about who is asking", async () => {
    const { get } = await start({ TRUSTED_PROXIES: "127.0.0.1", METRICS_ALLOW: "10.9.0.0/16" })
    expect((await get("/metrics", { "x-forwarded-for": "10.9.1.2" })).status).toBe(200)
    expect((await get("/metrics", { "x-forwarded-for": "203.0.113.7" })).status).toBe(404)
    expect((await get("/metrics")).status).toBe(404)
  })
})

describe("/dev/mailbox", () => {
  it("is empty at first, and then an array, newest first, of six fields each", async () => {
    const { get, url, server } = await start()
    expect(await (await get("/dev/mailbox.json")).json()).toEqual([])
    await askForMail(url, server.baseUrl, "ada@example.com")
    const messages = await (await get("/dev/mailbox.json")).json()
    expect(messages).toHaveLength(1)
    expect(Object.keys(messages[0])).toEqual(["to", "subject", "text", "html", "link", "code"])
    expect(messages[0].to).toBe("ada@example.com")
    expect(messages[0].link).toMatch(new RegExp(`^${server.baseUrl}/auth/link/[\\w-]{43}$`))
    expect(messages[0].code).toMatch(/^\d{6}$/)
  })

  it("shows messages on a page, and each one's HTML in a sandbox", async () => {
    const { get, url, server } = await start()
    const { code } = await askForMail(url, server.baseUrl, "ada@example.com")
    const page = await get("/dev/mailbox")
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'")
    expect(await page.text()).toContain(code)
    const message = await get("/dev/mailbox/1.html")
    expect(message.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
    )
    expect(message.status).toBe(200)
    expect((await get("/dev/mailbox/2.html")).status).toBe(404)
    expect((await get("/dev/mailbox/x.html")).status).toBe(404)
  })

  it("looks again by itself while it is empty, and keeps a message where it was when others come", async () => {
    const { get, url, server } = await start()
    expect((await get("/dev/mailbox")).headers.get("refresh")).toBe("3")
    const { link } = await askForMail(url, server.baseUrl, "ada@example.com")
    expect((await get("/dev/mailbox")).headers.get("refresh")).toBe(null)
    await askForMail(url, server.baseUrl, "eve@example.com")
    await expect.poll(async () => (await (await get("/dev/mailbox.json")).json()).length).toBe(2)
    expect(await (await get("/dev/mailbox/1.html")).text()).toContain(link)
  })

  it("doesn't exist in production (OPS-2)", async () => {
    const { get } = await start({}, "serve")
    for (const path of ["/dev/mailbox", "/dev/mailbox.json", "/dev/mailbox/1.html"])
      expect((await get(path)).status).toBe(404)
  })
})

describe("the access log", () => {
  it("has a line per request with its pattern, without token or query (P12)", async () => {
    const { get, lines } = await start()
    const token = "q7xM2rT9vK4wZ1bN8cY5dH3jL6pS0gF-aE_uQ2iO4mX"
    await get(`/auth/link/${token}?next=/canary-of-a-query`)
    await get(`/canary-of-a-path/${token}`)
    const requests = lines.filter(({ event }) => event === "http_request")
    expect(requests).toMatchObject([
      { method: "GET", route: "/auth/link/:token", client: "127.0.0.1" },
      { method: "GET", route: "*", status: 404 },
    ])
    expect(requests[0]?.["requestId"]).toMatch(/^[\da-f-]{36}$/)
    expect(JSON.stringify(lines)).not.toMatch(/canary|q7xM2rT9/)
  })

  it("takes the request id of a trusted proxy and of nobody else", async () => {
    const headers = { "x-request-id": "proxy-17", "x-forwarded-for": "203.0.113.7" }
    const trusting = await start({ TRUSTED_PROXIES: "127.0.0.1" })
    await trusting.get("/healthz", headers)
    expect(trusting.lines.at(-1)).toMatchObject({ requestId: "proxy-17", client: "203.0.113.7" })
    const doubting = await start()
    await doubting.get("/healthz", headers)
    expect(doubting.lines.at(-1)).toMatchObject({ client: "127.0.0.1" })
    expect(doubting.lines.at(-1)?.["requestId"]).not.toBe("proxy-17")
  })
})

describe("what isn't HTTP", () => {
  it.each([
    ["garbage", "\u0016\u0003\u0001 hello\r\n\r\n", 400],
    ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["two lengths", "POST /auth/sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400],
    [
      "length and chunks",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400],
    ["a header above 16 kB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(17_000)}\r\n\r\n`, 431],
  ])("is refused and cut off: %s (OPS-6)", async (_what, bytes, status) => {
    const { server, get } = await start()
    const raw = await openRaw(server.port)
    raw.send(bytes)
    await raw.closed
    expect(raw.heard()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect((await get("/healthz")).status).toBe(200)
  })

  it("learns nothing about what runs here (OPS-8)", async () => {
    const { get } = await start()
    for (const path of ["/healthz", "/auth/sign-in", "/no-such-page"]) {
      const { headers } = await get(path)
      expect([headers.get("server"), headers.get("x-powered-by")]).toEqual([null, null])
    }
  })
})

describe("stopping", () => {
  it("finishes what is under way, says 503 to /readyz, and takes nobody new", async () => {
    const { server, url } = await start()
    running.splice(0)
    const [busy, kept] = [await openRaw(server.port), await openRaw(server.port)]
    const head = `POST /auth/sign-in HTTP/1.1\r\nHost: a\r\nOrigin: ${server.baseUrl}\r\nSec-Fetch-Site: same-origin`
    const form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 23"
    busy.send(`${head}\r\n${form}\r\n\r\nemail=ada`)
    kept.send("GET /readyz HTTP/1.1\r\nHost: a\r\nX-Half: ")
    // Both requests have begun once a third that came after them is answered.
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const stopped = server.stop()
    expect(server.waitingFor()).toBe("requests")
    kept.send("1\r\n\r\n")
    await kept.closed
    expect(kept.heard()).toMatch(/^HTTP\/1.1 503 [\s\S]*\r\nretry-after: 5\r\n/i)
    await expect(openRaw(server.port)).rejects.toThrow("ECONNREFUSED")
    expect(busy.heard()).toBe("")
    busy.send("%40example.com")
    await busy.closed
    expect(busy.heard()).toMatch(/^HTTP\/1.1 303 [\s\S]*\r\nconnection: close\r\n/i)
    await stopped
  })
})

describe("a port that is taken", () => {
  it("is found out before the database is touched", async () => {
    const { server } = await start()
    const path = join(directory, "untouched.db")
    const config = readConfig({ PORT: String(server.port), DATABASE_URL: `sqlite:${path}` })
    await expect(startServer(config, captureLog().log)).rejects.toMatchObject({ code: "EADDRINUSE" })
    expect(existsSync(path)).toBe(false)
  })

  it("is let go when the database can't be opened", async () => {
    const config = readConfig({ PORT: "0", DATABASE_URL: `sqlite:${directory}` })
    await expect(startServer(config, captureLog().log)).rejects.toMatchObject({ code: "store_unavailable" })
  })
})
