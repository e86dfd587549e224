import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { SECOND } from "../../src/core/clock.ts"
import { STOP_WITHIN } from "../../src/server/run-until-stopped.ts"
import { COMPOSE_FOLDER, readCompose } from "./read-compose.ts"
import { namesSecret, readSettings } from "./read-settings.ts"

const compose = readCompose()
const services = Object.entries(compose.services)
const servers = services.filter(([name]) => name.startsWith("linklatch-"))

describe("examples/compose/compose.yaml", () => {
  it("gives two servers settings that production takes without a word", () => {
    expect(servers.map(([name]) => name)).toEqual(["linklatch-1", "linklatch-2"])
    for (const [, { environment = {} }] of servers) {
      const { outcome, files } = readSettings(environment)
      expect({ ...outcome, config: null }).toMatchObject({ status: "ready", mode: "production", warnings: [] })
      expect(files.sort()).toEqual(["DATABASE_URL_FILE", "LINKLATCH_SECRET_FILE", "REDIS_URL_FILE", "SMTP_URL_FILE"])
    }
  })

  it("holds no secret: each is a file that a service names and is given", () => {
    for (const [name, { environment = {}, secrets = [] }] of services) {
      for (const [variable, value] of Object.entries(environment)) {
        expect(variable, name).not.toMatch(/PASSWORD$|SECRET$|_URL$(?<!PUBLIC_BASE_URL)/)
        if (namesSecret(variable)) expect(secrets, name).toContain(value.replace("/run/secrets/", ""))
      }
    }
    const declared = Object.entries(compose.secrets)
    for (const [name, { file }] of declared) expect(file).toBe(`./secrets/${name}`)
    const used = new Set(services.flatMap(([, { secrets = [] }]) => secrets))
    expect([...used].sort()).toEqual(declared.map(([name]) => name).sort())
  })

  it("trusts Caddy alone, at the address that Caddy has", () => {
    const { networks } = compose.services["caddy"] ?? {}
    const address = Array.isArray(networks) ? undefined : networks?.["front"]?.ipv4_address
    for (const [, { environment }] of servers) expect(environment?.["TRUSTED_PROXIES"]).toBe(address)
  })

  it("names no service, network, volume or file that isn't there", () => {
    for (const [name, service] of services) {
      for (const other of Object.keys(service.depends_on ?? {})) expect(compose.services, name).toHaveProperty(other)
      const networks = Array.isArray(service.networks) ? service.networks : Object.keys(service.networks)
      for (const network of networks) expect(compose.networks, name).toHaveProperty(network)
      for (const [source = ""] of (service.volumes ?? []).map((volume) => volume.split(":")))
        if (source.startsWith(".")) expect(existsSync(join(COMPOSE_FOLDER, source)), source).toBe(true)
        else expect(compose.volumes, name).toHaveProperty(source)
      if (service.build !== undefined) expect(existsSync(join(COMPOSE_FOLDER, service.build, "Dockerfile"))).toBe(true)
    }
  })

  it("gives a stop the time that it may take, and shows nobody but Caddy to the world", () => {
    for (const [, { stop_grace_period }] of servers)
      expect(Number(stop_grace_period?.replace("s", ""))).toBeGreaterThan(STOP_WITHIN / SECOND)
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(["caddy"])
  })
})

describe("examples/compose/make-secrets.sh", () => {
  it("writes each secret but the mail server's, keeps what is there, and keeps others out of the folder", () => {
    const folder = mkdtempSync(join(tmpdir(), "linklatch-secrets-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const script = join(folder, "make-secrets.sh")
    cpSync(join(COMPOSE_FOLDER, "make-secrets.sh"), script)
    const runScript = () => execFileSync("sh", [script], { stdio: ["ignore", "pipe", "ignore"] }).toString()
    const read = () => {
      const secrets = join(folder, "secrets")
      return Object.fromEntries(readdirSync(secrets).map((name) => [name, readFileSync(join(secrets, name), "utf8")]))
    }
    expect(runScript()).toBe("")
    const first = read()
    const wanted = Object.keys(compose.secrets).filter((name) => name !== "smtp_url")
    expect(Object.keys(first)).toEqual(expect.arrayContaining(wanted))
    expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length)
    expect(statSync(join(folder, "secrets")).mode & 0o777).toBe(0o700)
    runScript()
    expect(read()).toEqual(first)
  })
})
