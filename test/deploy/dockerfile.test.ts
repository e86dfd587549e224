import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"
import { variables } from "../../src/server/variables.ts"

const read = (file: string) => readFileSync(join(projectRoot, file), "utf8")

/** Instructions in their order, continued lines put together. */
const instructions = read("Dockerfile")
  .replace(/^#.*\n/gm, "")
  .replace(/\\\n/g, " ")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => {
    const [word = "", ...rest] = line.trim().split(/\s+/)
    return { word, rest, text: rest.join(" ") }
  })
const all = (word: string) => instructions.filter((one) => one.word === word)

it("the Dockerfile copies what is there, and what .dockerignore leaves", () => {
  const ignored = read(".dockerignore").split("\n")
  for (const { rest } of all("COPY")) {
    if (rest[0]?.startsWith("--from")) continue
    for (const source of rest.slice(0, -1)) {
      expect(existsSync(join(projectRoot, source)), source).toBe(true)
      expect(ignored).not.toContain(source.split("/", 1)[0])
    }
  }
  expect(ignored).toEqual(expect.arrayContaining(["node_modules", "**/.env", "**/secrets"]))
})

it("the Dockerfile runs scripts of the project that exist, on the Node that the project pins", () => {
  const { scripts, devDependencies } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>
  for (const { text } of all("RUN"))
    for (const [, script = ""] of text.matchAll(/npm run (\S+)/g)) expect(scripts).toHaveProperty(script)
  const major = /\d+/.exec(devDependencies?.["node"] ?? "")?.[0]
  for (const { rest } of all("FROM")) expect(rest[0]).toBe(`node:${major}-slim`)
  expect(devDependencies).toHaveProperty("ioredis")
})

it("the Dockerfile's last image runs the server as nobody in particular, and asks whether it lives", () => {
  const last = instructions.slice(instructions.findLastIndex(({ word }) => word === "FROM"))
  const value = (word: string) => last.findLast((one) => one.word === word)?.text
  expect(value("USER")).toBe("node")
  expect([value("ENTRYPOINT"), value("CMD")]).toEqual(['["linklatch"]', '["serve"]'])
  expect(value("HEALTHCHECK")).toContain("/healthz")
  expect(value("EXPOSE")).toBe("3000")
  expect(value("ENV")).toBe("NODE_ENV=production")
  expect(Object.keys(variables)).toContain("PORT")
})
