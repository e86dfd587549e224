import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { findFramework } from "./find-framework.ts"

const root = mkdtempSync(join(tmpdir(), "linklatch-framework-"))
afterAll(() => rmSync(root, { recursive: true }))

function findIn(manifest: string | null) {
  const directory = mkdtempSync(join(root, "one-"))
  if (manifest !== null) writeFileSync(join(directory, "package.json"), manifest)
  return findFramework(directory)
}

describe("the framework of a folder", () => {
  it.each([
    ["next", { next: "16", react: "19" }],
    ["sveltekit", { "@sveltejs/kit": "2" }],
    ["hono", { hono: "4" }],
    ["express", { express: "5" }],
    ["fastify", { fastify: "5" }],
    ["node", { pg: "8" }],
  ])("is %s where package.json names it", (framework, dependencies) => {
    expect(findIn(JSON.stringify({ dependencies })).framework).toBe(framework)
    expect(findIn(JSON.stringify({ devDependencies: dependencies })).framework).toBe(framework)
  })

  it("is the one that brings a server of its own, where there are several, and all are told", () => {
    const dependencies = { express: "5", fastify: "5", next: "16" }
    expect(findIn(JSON.stringify({ dependencies })).found).toEqual(["next", "express", "fastify"])
  })

  it("is a server in front of any application, where there is no package.json", () => {
    expect(findIn(null)).toMatchObject({ framework: "server", name: null })
  })

  it.each(["", "{", "null", "[]", '"text"', '{"dependencies":"hono","name":7}', '{"dependencies":null}'])(
    "is node:http where package.json is %j",
    (manifest) => {
      expect(findIn(manifest)).toMatchObject({ framework: "node", name: null, found: [] })
    },
  )

  it("knows TypeScript", () => {
    expect(findIn(JSON.stringify({ devDependencies: { typescript: "7" } })).isTypeScript).toBe(true)
    expect(findIn("{}").isTypeScript).toBe(false)
  })
})
