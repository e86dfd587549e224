import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { packPackage } from "../../scripts/pack-package.ts"
import { contentFaults } from "../../scripts/package-contents.ts"

const root = mkdtempSync(join(tmpdir(), "linklatch-contents-"))
let packed = ""
beforeAll(async () => {
  packed = (await packPackage(root)).folder
})
afterAll(() => rmSync(root, { recursive: true }))

let nextCopy = 1

/** What is said against the package after a change to a copy of it. */
function faultsAfter(change: (folder: string) => void): readonly string[] {
  const folder = join(root, `copy-${nextCopy++}`)
  cpSync(packed, folder, { recursive: true })
  change(folder)
  return contentFaults(folder)
}

function write(folder: string, file: string, text = ""): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

describe("the packed package", () => {
  it("holds what its doors and its command need, and nothing else", () => {
    expect(contentFaults(packed)).toEqual([])
  })

  it("has the contract of stores, the migrations and the files of the pages", () => {
    for (const file of ["testing.js", "stores/sqlite/migrations/001-sign-in.sql", "http/pages/assets/style.css"])
      expect(readFileSync(join(packed, "dist", file), "utf8")).not.toBe("")
  })
})

describe("the check of the contents", () => {
  it.each([
    "dist/index.js.map",
    "dist/core/links/code.test.js",
    "dist/core/links/redeem.d.ts",
    "dist/stores/sqlite/schema.sql",
    "src/index.ts",
    "docs/guide.md",
    "examples/node/server.ts",
    ".env",
  ])("refuses %s", (file) => {
    expect(faultsAfter((folder) => write(folder, file))).toEqual([`${file} is a stranger: nothing leads to it`])
  })

  it.each(["CHANGELOG.md", "dist/hono.d.ts", "dist/cli/main.js", "dist/http/pages/assets/link.js"])(
    "misses %s",
    (file) => {
      expect(faultsAfter((folder) => rmSync(join(folder, file)))).toContain(`${file} is missing`)
    },
  )

  it("misses a file that only another one imports", () => {
    const faults = faultsAfter((folder) => rmSync(join(folder, "dist/library.js")))
    expect(faults).toContain("dist/index.js: ./library.js leads nowhere")
  })

  it("refuses an import of what only we have installed", () => {
    const faults = faultsAfter((folder) => appendFileSync(join(folder, "dist/sqlite.js"), 'import "vitest/config"\n'))
    expect(faults).toEqual(["vitest/config is imported, and is no dependency"])
  })

  it("refuses a migration that isn't the one of the source", () => {
    const file = "dist/stores/sqlite/migrations/001-sign-in.sql"
    expect(faultsAfter((folder) => appendFileSync(join(folder, file), "-- more\n"))).toEqual([
      `${file} differs from src/`,
    ])
  })

  it("refuses a script that would run where it is installed", () => {
    const faults = faultsAfter((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
      write(folder, "package.json", JSON.stringify({ ...manifest, scripts: { postinstall: "node ." } }))
    })
    expect(faults).toEqual(["it has a postinstall script"])
  })
})
