import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { nameDatabase } from "./database-url.ts"
import { type EnvironmentOutcome, readEnvironment } from "./environment.ts"
import { secretsOf } from "./server-config.ts"
import { variableNames } from "./variables.ts"

const directory = mkdtempSync(join(tmpdir(), "linklatch-environment-"))
afterAll(() => rmSync(directory, { recursive: true }))

const SECRET = "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU"
const PRODUCTION = {
  PUBLIC_BASE_URL: "https://login.example.com",
  LINKLATCH_SECRET: SECRET,
  SMTP_URL: "smtps://user:hunter2hunter2@mail.example.com",
  MAIL_FROM: "Example <login@example.com>",
  TRUSTED_PROXIES: "10.0.0.0/8",
  AUDIT_CHECKPOINT_FILE: "/var/lib/linklatch-checkpoints/checkpoints",
}

function serve(env: Record<string, string>) {
  return readEnvironment(env, { command: "serve", directory })
}

function dev(env: Record<string, string> = {}) {
  return readEnvironment(env, { command: "dev", directory })
}

function configOf(outcome: EnvironmentOutcome) {
  if (outcome.status === "faulty") throw new Error(JSON.stringify(outcome.faults))
  return outcome.config
}

function faultsOf(outcome: EnvironmentOutcome) {
  return outcome.status === "faulty" ? outcome.faults : []
}

const faultyVariables = (outcome: EnvironmentOutcome) => faultsOf(outcome).map(({ variable }) => variable)
const problemOf = (outcome: EnvironmentOutcome, variable: string) =>
  faultsOf(outcome).find((fault) => fault.variable === variable)?.problem
const stateOf = (outcome: EnvironmentOutcome, name: string) => outcome.states.find((state) => state.name === name)

describe("a limit that is off", () => {
  it("is no limit, and production warns of each", () => {
    const off = {
      LIMIT_ASK_CLIENT: "off",
      LIMIT_ASK_ADDRESS: "off",
      LIMIT_REDEEM_CLIENT: "off",
      LIMIT_ASK_BROWSER: "off",
    }
    const outcome = serve({ ...PRODUCTION, ...off })
    expect(configOf(outcome).options.limits).toEqual({
      askClient: false,
      askAddress: false,
      askBrowser: false,
      redeemClient: false,
    })
    expect(outcome.warnings.map(({ variable }) => variable)).toEqual([
      "LIMIT_ASK_CLIENT",
      "LIMIT_ASK_ADDRESS",
      "LIMIT_REDEEM_CLIENT",
    ])
  })
})

describe("outlets of the audit log", () => {
  const WITNESS = "witness.example.org/w1+51447ab7+BNY9jrwgMaQIk4dISd9ujd9dFD3AMZGI/ZfRFB1VIw5W"
  const secret = `whsec_${"c2VjcmV0".repeat(5)}`

  it("are all read, and none of their secrets is shown", () => {
    const outcome = serve({
      ...PRODUCTION,
      AUDIT_CHECKPOINT_FILE: "/var/lib/log/checkpoints",
      AUDIT_WITNESSES: `${WITNESS} https://witness.example.org, ${WITNESS} https://other.example.org/w/`,
      AUDIT_SYSLOG: "tls://log.example.com",
      AUDIT_WEBHOOK_URL: "https://hooks.example.com/T0000/hidden",
      AUDIT_WEBHOOK_SECRET: secret,
    })
    const config = configOf(outcome)
    expect(config.outlets).toEqual({
      file: "/var/lib/log/checkpoints",
      witnesses: [
        { key: WITNESS, url: "https://witness.example.org" },
        { key: WITNESS, url: "https://other.example.org/w/" },
      ],
      syslog: "tls://log.example.com",
      webhook: { url: "https://hooks.example.com/T0000/hidden", secret: [secret] },
    })
    expect(outcome.warnings).toEqual([])
    expect(stateOf(outcome, "AUDIT_WITNESSES")?.value).toContain("https://other.example.org/w/")
    expect(JSON.stringify(outcome.states)).not.toMatch(/hidden|whsec/)
    expect(secretsOf(config)).toEqual(expect.arrayContaining([secret, "https://hooks.example.com/T0000/hidden"]))
  })

  it.each([
    ["AUDIT_WITNESSES", `${WITNESS} http://witness.example.org`],
    ["AUDIT_WITNESSES", `${WITNESS} https://user:hunter2hunter2@witness.example.org`],
    ["AUDIT_WITNESSES", WITNESS],
    ["AUDIT_WITNESSES", `https://witness.example.org ${WITNESS}`],
    ["AUDIT_WITNESSES", `${WITNESS} https://witness.example.org https://other.example.org`],
    ["AUDIT_WITNESSES", `${WITNESS.replace("BNY", "BNZ")} https://witness.example.org`],
    ["AUDIT_SYSLOG", "log.example.com:514"],
    ["AUDIT_SYSLOG", "tls://user:hunter2hunter2@log.example.com"],
    ["AUDIT_WEBHOOK_URL", "http://hooks.example.com"],
    ["AUDIT_WEBHOOK_URL", "https://user:hunter2hunter2@hooks.example.com"],
    ["AUDIT_WEBHOOK_SECRET", "hunter2hunter2"],
    ["AUDIT_WEBHOOK_SECRET", `${secret},hunter2hunter2`],
  ])("refuses %s=%s, in development too", (variable, text) => {
    for (const outcome of [serve({ ...PRODUCTION, [variable]: text }), dev({ [variable]: text })]) {
      expect(faultyVariables(outcome)).toEqual([variable])
      expect(JSON.stringify(outcome)).not.toContain("hunter2hunter2@")
      expect(JSON.stringify([faultsOf(outcome), outcome.states])).not.toContain("hunter2")
    }
  })

  it("are no half a webhook", () => {
    const url = { AUDIT_WEBHOOK_URL: "https://hooks.example.com" }
    expect(faultyVariables(serve({ ...PRODUCTION, ...url }))).toEqual(["AUDIT_WEBHOOK_SECRET"])
    expect(faultyVariables(serve({ ...PRODUCTION, AUDIT_WEBHOOK_SECRET: secret }))).toEqual(["AUDIT_WEBHOOK_URL"])
  })

  it("are warned of where production has its witness on the same machine", () => {
    const witnesses = { AUDIT_WITNESSES: `${WITNESS} http://127.0.0.1:3001` }
    expect(serve({ ...PRODUCTION, ...witnesses }).warnings.map(({ variable }) => variable)).toEqual(["AUDIT_WITNESSES"])
    expect(dev(witnesses).warnings).toEqual([])
  })

  it("are looked for under a name that begins alike and isn't there", () => {
    const [warning] = serve({ ...PRODUCTION, AUDIT_WITNESS: "…" }).warnings
    expect(warning?.cure).toContain("AUDIT_WITNESSES")
  })
})

describe("production", () => {
  it("is ready with base URL, secret, transport and sender", () => {
    const config = configOf(serve(PRODUCTION))
    expect(config.mode).toBe("production")
    expect(config.host).toBe("0.0.0.0")
    expect(config.options).toMatchObject({
      baseUrl: "https://login.example.com",
      siteName: "login.example.com",
      secret: [SECRET],
    })
    expect(config.mail).toEqual({ by: "smtp", url: PRODUCTION.SMTP_URL, from: PRODUCTION.MAIL_FROM })
    expect(serve(PRODUCTION).warnings).toEqual([])
  })

  it("names everything that is missing at once (OPS-1)", () => {
    expect(faultyVariables(serve({})).sort()).toEqual(["LINKLATCH_SECRET", "MAIL_FROM", "PUBLIC_BASE_URL", "SMTP_URL"])
  })

  it("gives every fault a problem and a cure", () => {
    for (const fault of faultsOf(serve({}))) {
      expect(fault.problem).toMatch(/\.$/)
      expect(fault.cure.length).toBeGreaterThan(10)
    }
  })

  it("refuses a base URL that is not https", () => {
    expect(problemOf(serve({ ...PRODUCTION, PUBLIC_BASE_URL: "http://login.example.com" }), "PUBLIC_BASE_URL")).toBe(
      "It is not https.",
    )
  })

  it.each(["login.example.com", "https://example.com/path", "https://user:pw@example.com", "https://"])(
    "refuses the base URL %s, once",
    (url) => {
      expect(faultyVariables(serve({ ...PRODUCTION, PUBLIC_BASE_URL: url }))).toContain("PUBLIC_BASE_URL")
    },
  )

  it("refuses a short secret, one short secret of a list, and one that repeats itself", () => {
    expect(faultyVariables(serve({ ...PRODUCTION, LINKLATCH_SECRET: "short" }))).toEqual(["LINKLATCH_SECRET"])
    expect(faultyVariables(serve({ ...PRODUCTION, LINKLATCH_SECRET: `${SECRET},short` }))).toContain("LINKLATCH_SECRET")
    expect(faultyVariables(serve({ ...PRODUCTION, LINKLATCH_SECRET: "ab".repeat(20) }))).toEqual(["LINKLATCH_SECRET"])
  })

  it("takes a list of secrets, the first of which signs", () => {
    expect(configOf(serve({ ...PRODUCTION, LINKLATCH_SECRET: `${SECRET}, ${SECRET}2` })).options.secret).toEqual([
      SECRET,
      `${SECRET}2`,
    ])
  })

  it("refuses a transport without its sender", () => {
    const { SMTP_URL: _url, MAIL_FROM: _from, ...rest } = PRODUCTION
    expect(faultyVariables(serve({ ...rest, SMTP_URL: PRODUCTION.SMTP_URL }))).toEqual(["MAIL_FROM"])
    expect(faultyVariables(serve({ ...rest, RESEND_API_KEY: "re_123456789" }))).toEqual(["RESEND_FROM"])
  })

  it("lets MAIL_FROM stand in for RESEND_FROM", () => {
    const { SMTP_URL: _url, ...rest } = PRODUCTION
    const config = configOf(serve({ ...rest, RESEND_API_KEY: "re_123456789" }))
    expect(config.mail).toEqual({ by: "resend", apiKey: "re_123456789", from: PRODUCTION.MAIL_FROM, baseUrl: null })
  })

  it("refuses two transports", () => {
    expect(faultyVariables(serve({ ...PRODUCTION, RESEND_API_KEY: "re_123456789" }))).toEqual(["SMTP_URL"])
  })

  it("refuses an allowlist with nobody on it", () => {
    expect(faultyVariables(serve({ ...PRODUCTION, SIGN_UP: "allowlist" }))).toEqual(["SIGN_UP"])
    expect(faultyVariables(serve({ ...PRODUCTION, SIGN_UP: "allowlist", ALLOWED_DOMAINS: "example.com" }))).toEqual([])
  })

  it("warns of links that last more than ten minutes and refuses more than sixty", () => {
    const warned = serve({ ...PRODUCTION, LINK_TTL_MINUTES: "15" })
    expect(warned.status).toBe("ready")
    expect(warned.warnings.map(({ variable }) => variable)).toEqual(["LINK_TTL_MINUTES"])
    expect(faultyVariables(serve({ ...PRODUCTION, LINK_TTL_MINUTES: "61" }))).toEqual(["LINK_TTL_MINUTES"])
  })

  it("warns where no proxy is trusted", () => {
    const { TRUSTED_PROXIES: _proxies, ...rest } = PRODUCTION
    expect(serve(rest).warnings.map(({ variable }) => variable)).toEqual(["TRUSTED_PROXIES"])
  })

  it("warns where no checkpoint of the audit log leaves the database's reach", () => {
    const { AUDIT_CHECKPOINT_FILE: _file, ...rest } = PRODUCTION
    expect(serve(rest).warnings.map(({ variable }) => variable)).toEqual(["AUDIT_CHECKPOINT_FILE"])
    expect(serve({ ...rest, AUDIT_SYSLOG: "udp://log.example.com" }).warnings).toEqual([])
  })

  it("is what serve runs in, unless NODE_ENV is development or test (OPS-2)", () => {
    for (const NODE_ENV of ["", "production", "staging", "Development"])
      expect(serve({ NODE_ENV }).mode).toBe("production")
    for (const NODE_ENV of ["development", "test"]) expect(serve({ NODE_ENV }).mode).toBe("development")
  })
})

describe("every variable", () => {
  it.each([
    ["HOST", "not a host!"],
    ["PORT", "65536"],
    ["PORT", "80a"],
    ["PUBLIC_BASE_URL", "nowhere"],
    ["SITE_NAME", "x".repeat(101)],
    ["DATABASE_URL", "mysql://db"],
    ["DATABASE_URL", "postgres:auth"],
    ["DATABASE_URL", "postgres://user:pass/word@db/auth"],
    ["DATABASE_URL", "postgres://user:12/pass@db/auth"],
    ["DATABASE_URL", "postgres://user:pass#word@db/auth"],
    ["DATABASE_URL", "postgres://user:pass%@db/auth"],
    ["DATABASE_URL", "postgres://one,two/auth"],
    ["REDIS_URL", "http://cache:6379"],
    ["REDIS_URL", "redis://:pass/word@cache"],
    ["REDIS_URL", "rediss://cache/0?password=hunter2"],
    ["RESEND_API_KEY", "re_ 1"],
    ["RESEND_FROM", "nobody"],
    ["RESEND_BASE_URL", "http://resend.example.com"],
    ["SMTP_URL", "mail.example.com:465"],
    ["MAIL_FROM", "a@example.com, b@example.com"],
    ["ADMIN_EMAILS", "ada"],
    ["SIGN_UP", "invite"],
    ["ALLOWED_EMAILS", "@example.com"],
    ["ALLOWED_DOMAINS", "not a domain"],
    ["ALLOWED_ORIGINS", "app.example.com"],
    ["TRUSTED_PROXIES", "10.0.0.0/33"],
    ["TRUSTED_PROXIES", "0.0.0.0/0"],
    ["LINK_TTL_MINUTES", "ten"],
    ["SESSION_IDLE_HOURS", "0"],
    ["SESSION_HOURS", "9000"],
    ["LIMIT_ASK_CLIENT", "5"],
    ["LIMIT_ASK_ADDRESS", "3/1d"],
    ["LIMIT_ASK_BROWSER", "0/1h"],
    ["LIMIT_REDEEM_CLIENT", "20/48h"],
    ["KEEP_REQUESTS_DAYS", "a week"],
    ["KEEP_REQUESTS_DAYS", "0"],
    ["KEEP_SESSIONS_DAYS", "0.5"],
    ["KEEP_SESSIONS_DAYS", "-1"],
    ["LOG_LEVEL", "loud"],
    ["LOG_EMAILS", "maybe"],
    ["METRICS_ALLOW", "everyone"],
  ])("%s=%s is a fault of that variable", (name, text) => {
    expect(faultyVariables(dev({ [name]: text }))).toContain(name)
  })

  it("reaches the configuration", () => {
    const config = configOf(
      serve({
        ...PRODUCTION,
        HOST: "::",
        PORT: "0",
        SITE_NAME: "Example",
        DATABASE_URL: "sqlite:///var/lib/a.db",
        ADMIN_EMAILS: "ada@example.com, bob@example.com",
        ALLOWED_ORIGINS: "https://app.example.com",
        SESSION_IDLE_HOURS: "1.5",
        LIMIT_ASK_CLIENT: "5/90s",
        LIMIT_REDEEM_CLIENT: "30/2h",
        KEEP_REQUESTS_DAYS: "2",
        KEEP_SESSIONS_DAYS: "off",
        LOG_LEVEL: "warn",
        LOG_EMAILS: "true",
        METRICS_ALLOW: "10.1.0.0/16",
      }),
    )
    expect(config).toMatchObject({ host: "::", port: 0, logLevel: "warn", metricsAllow: ["10.1.0.0/16"] })
    expect(config.database).toEqual({ engine: "sqlite", path: "/var/lib/a.db" })
    expect(config.options).toMatchObject({
      siteName: "Example",
      adminEmails: ["ada@example.com", "bob@example.com"],
      allowedOrigins: ["https://app.example.com"],
      trustedProxies: ["10.0.0.0/8"],
      sessionIdleHours: 1.5,
      logEmails: true,
      limits: { askClient: { max: 5, minutes: 1.5 }, redeemClient: { max: 30, minutes: 120 } },
      retention: { requestDays: 2, sessionDays: false },
    })
  })

  it("counts as not set when it is empty", () => {
    const empty = Object.fromEntries(variableNames.map((name) => [name, " "]))
    expect(dev(empty).status).toBe("ready")
  })

  it("names each bad entry of a list", () => {
    const faults = faultsOf(dev({ ADMIN_EMAILS: "ada,bob,eve@example.com" }))
    expect(faults.map(({ problem }) => problem)).toEqual([
      '"ada" is not a mail address.',
      '"bob" is not a mail address.',
    ])
  })

  it("is told only once where its shape and the library's rule both fail", () => {
    expect(faultyVariables(dev({ LINK_TTL_MINUTES: "-5", SIGN_UP: "no" })).sort()).toEqual([
      "LINK_TTL_MINUTES",
      "SIGN_UP",
    ])
  })
})

describe("the database", () => {
  const POSTGRES = "postgres://auth:hunter2hunter2@db.example.com:6432/auth?sslmode=verify-full"
  const REDIS = "rediss://:swordfish1234@cache.example.com:6380/2"

  it.each([
    POSTGRES,
    "postgresql://db/auth",
    "postgres://auth:p%2Fw%40d@127.0.0.1/auth",
    "postgres:///auth?host=/run/postgresql",
    "postgres://auth@%2Frun%2Fpostgresql/auth",
  ])("may be PostgreSQL: %s", (url) => {
    expect(configOf(serve({ ...PRODUCTION, DATABASE_URL: url })).database).toEqual({ engine: "postgres", url })
  })

  it("may have Redis beside it, where it is PostgreSQL", () => {
    const config = configOf(serve({ ...PRODUCTION, DATABASE_URL: POSTGRES, REDIS_URL: REDIS }))
    expect(config.redis).toEqual({ url: REDIS })
    expect(configOf(serve({ ...PRODUCTION, DATABASE_URL: POSTGRES })).redis).toBeNull()
  })

  it("is on one machine where it is SQLite: production refuses Redis beside it, development leaves it out", () => {
    expect(problemOf(serve({ ...PRODUCTION, REDIS_URL: REDIS }), "REDIS_URL")).toBe(
      "Redis serves many machines, and a SQLite file lives on one.",
    )
    expect(configOf(dev({ REDIS_URL: REDIS })).redis).toBeNull()
    expect(dev({ REDIS_URL: REDIS }).warnings.map(({ variable }) => variable)).toEqual(["REDIS_URL"])
    const both = serve({ ...PRODUCTION, DATABASE_URL: "postgres://one,two/auth", REDIS_URL: REDIS })
    expect(faultyVariables(both)).toEqual(["DATABASE_URL"])
  })

  it("gets a warning in production where nothing encrypts the way to it", () => {
    const warned = (url: string) => serve({ ...PRODUCTION, DATABASE_URL: url }).warnings.map(({ variable }) => variable)
    expect(warned("postgres://db/auth")).toEqual(["DATABASE_URL"])
    for (const url of [
      POSTGRES,
      "postgres://db/auth?sslmode=disable",
      "postgres://127.0.0.1/auth",
      "postgres://[::1]/auth",
      "postgres:///auth?host=/run/postgresql",
      "postgres://auth@%2Frun%2Fpostgresql/auth",
    ]) {
      expect(warned(url)).toEqual([])
    }
    expect(dev({ DATABASE_URL: "postgres://db/auth" }).warnings).toEqual([])
  })

  it("is shown without its password, which is a secret wherever it stands", () => {
    const outcome = serve({ ...PRODUCTION, DATABASE_URL: `${POSTGRES}&password=in%20the%20query`, REDIS_URL: REDIS })
    expect(stateOf(outcome, "DATABASE_URL")?.value).toBe("postgres://***@db.example.com:6432/…")
    expect(stateOf(outcome, "REDIS_URL")?.value).toBe("rediss://***@cache.example.com:6380/…")
    const config = configOf(outcome)
    expect(secretsOf(config)).toEqual(
      expect.arrayContaining(["hunter2hunter2", "in the query", "in%20the%20query", "swordfish1234"]),
    )
    expect(nameDatabase(config.database)).toBe("postgres://db.example.com:6432/auth")
  })
})

describe("NAME_FILE", () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }

  it("gives the trimmed content of a file", () => {
    const { LINKLATCH_SECRET: _secret, ...rest } = PRODUCTION
    const outcome = serve({ ...rest, LINKLATCH_SECRET_FILE: file("a-secret", `${SECRET}\n`) })
    expect(configOf(outcome).options.secret).toEqual([SECRET])
    expect(stateOf(outcome, "LINKLATCH_SECRET")).toMatchObject({
      state: "secret_set",
      value: null,
      file: join(directory, "a-secret"),
    })
  })

  it("refuses both at once", () => {
    expect(faultyVariables(serve({ ...PRODUCTION, LINKLATCH_SECRET_FILE: file("both", SECRET) }))).toEqual([
      "LINKLATCH_SECRET",
    ])
  })

  it("refuses a file that isn't there, and one that is empty, by the name that was set", () => {
    expect(faultyVariables(dev({ SITE_NAME_FILE: join(directory, "nowhere") }))).toEqual(["SITE_NAME_FILE"])
    expect(faultyVariables(dev({ SITE_NAME_FILE: file("empty", "\n") }))).toEqual(["SITE_NAME_FILE"])
  })

  it("doesn't also call the variable missing when its file is at fault", () => {
    const { LINKLATCH_SECRET: _secret, SMTP_URL: _url, ...rest } = PRODUCTION
    const outcome = serve({ ...rest, LINKLATCH_SECRET_FILE: "/nowhere/a", SMTP_URL_FILE: "/nowhere/b" })
    expect(faultyVariables(outcome).sort()).toEqual(["LINKLATCH_SECRET_FILE", "SMTP_URL_FILE"])
  })
})

describe("secrets", () => {
  const secretVariables = [
    "LINKLATCH_SECRET",
    "RESEND_API_KEY",
    "SMTP_URL",
    "RESEND_BASE_URL",
    "DATABASE_URL",
    "REDIS_URL",
  ] as const
  const canary = fc.stringMatching(/^[A-Za-z0-9!%&*+/:<>@# -]{12,60}$/)

  it("are in no fault, state or warning, however wrong they are (P12)", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...secretVariables),
        canary,
        fc.constantFrom("", "smtp://user:", "https://user:", "postgres://user:", "redis://:"),
        (name, text, prefix) => {
          const value = text.trim()
          fc.pre(value.length >= 12)
          for (const outcome of [
            serve({ ...PRODUCTION, [name]: `${prefix}${value}` }),
            dev({ [name]: `${prefix}${value}@mail.example.com` }),
          ]) {
            const told = JSON.stringify([outcome.states, outcome.warnings, faultsOf(outcome)])
            expect(told).not.toContain(JSON.stringify(value).slice(1, -1))
          }
        },
      ),
      { numRuns: 200, examples: [["RESEND_BASE_URL", "/aaaaaaaaaaaa", "https://user:"]] },
    )
  })

  it("show as set, and URLs without their credentials", () => {
    const outcome = serve(PRODUCTION)
    expect(stateOf(outcome, "LINKLATCH_SECRET")).toMatchObject({ state: "secret_set", value: null })
    expect(stateOf(outcome, "SMTP_URL")).toMatchObject({ state: "set", value: "smtps://***@mail.example.com" })
  })
})

describe("development", () => {
  it("needs no configuration", () => {
    const config = configOf(dev())
    expect(config).toMatchObject({
      mode: "development",
      host: "127.0.0.1",
      port: 3000,
      isBaseUrlLocal: true,
      mail: { by: "mailbox" },
    })
    expect(config.options.baseUrl).toBe("http://localhost:3000")
    expect(config.database).toEqual({ engine: "sqlite", path: ".linklatch/dev.db" })
    expect(stateOf(dev(), "PUBLIC_BASE_URL")?.state).toBe("development_default")
  })

  it("keeps its secret in a file that only its owner reads", () => {
    const first = configOf(dev()).options.secret
    expect(configOf(dev()).options.secret).toBe(first)
    const file = join(directory, ".linklatch", "secret")
    expect(readFileSync(file, "utf8").trim()).toBe(first)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it("refuses a kept secret that somebody emptied", () => {
    const folder = mkdtempSync(join(directory, "emptied-"))
    readEnvironment({}, { command: "dev", directory: folder })
    chmodSync(join(folder, ".linklatch", "secret"), 0o600)
    writeFileSync(join(folder, ".linklatch", "secret"), "")
    expect(faultyVariables(readEnvironment({}, { command: "dev", directory: folder }))).toEqual(["LINKLATCH_SECRET"])
  })

  it("is not what `linklatch dev` does in production (OPS-2)", () => {
    expect(faultyVariables(dev({ NODE_ENV: "production" }))).toEqual(["NODE_ENV"])
  })

  it("has room for whoever tries again and again, and says so", () => {
    const roomy = { max: 100, minutes: 15 }
    expect(configOf(dev()).options.limits).toEqual({ askClient: roomy, askAddress: roomy, redeemClient: roomy })
    expect(stateOf(dev(), "LIMIT_ASK_CLIENT")).toMatchObject({ state: "development_default", value: "100/15m" })
    expect(stateOf(dev(), "LIMIT_ASK_BROWSER")?.state).toBe("default")
    const own = dev({ LIMIT_ASK_ADDRESS: "3/1h" })
    expect(configOf(own).options.limits).toMatchObject({ askAddress: { max: 3, minutes: 60 }, askClient: roomy })
    expect(stateOf(own, "LIMIT_ASK_ADDRESS")?.state).toBe("set")
  })

  it("leaves production's limits alone", () => {
    expect(configOf(serve(PRODUCTION)).options.limits).toEqual({})
  })

  it("sends mail where a transport is set", () => {
    expect(configOf(dev({ SMTP_URL: "smtp://127.0.0.1:2525", MAIL_FROM: "a@example.com" })).mail.by).toBe("smtp")
  })

  it("writes links to the log where serve has no transport", () => {
    expect(configOf(serve({ NODE_ENV: "development" })).mail).toEqual({ by: "log" })
  })

  it("warns when others can reach the mailbox", () => {
    expect(dev({ HOST: "0.0.0.0" }).warnings.map(({ variable }) => variable)).toEqual(["HOST"])
  })
})

describe("a misspelt variable", () => {
  it("is a warning that names the known ones", () => {
    const { warnings } = serve({
      ...PRODUCTION,
      LIMIT_ASK_CLIENTS: "5/15m",
      SESSION_MANAGER: "local/desk",
      LINKLATCH_SECRET_FILES: "x",
    })
    expect(warnings.map(({ variable }) => variable)).toEqual(["LIMIT_ASK_CLIENTS", "LINKLATCH_SECRET_FILES"])
    expect(warnings[0]?.cure).toContain("LIMIT_ASK_CLIENT")
  })
})
