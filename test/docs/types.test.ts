import { cpSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { projectRoot, runCommand } from "../../scripts/run-command.ts"
import { emptyFolder, layOut, pages, type Snippet, snippetsOf } from "./snippets.ts"

// A guide that says "auth.ts is the one of the README" gets that one.
const README_AUTH = snippetsOf("README.md", "ts").filter(({ file }) => file === "auth.ts")

const TSCONFIG = {
  extends: "../../../../tsconfig.json",
  compilerOptions: {
    module: "preserve",
    moduleResolution: "bundler",
    rewriteRelativeImportExtensions: false,
    jsx: "preserve",
    paths: { linklatch: ["../../../../src/index.ts"], "linklatch/*": ["../../../../src/*.ts"] },
  },
  include: ["**/*.ts", "**/*.tsx"],
}

it("type-checks every TypeScript snippet of the documents", { timeout: 60_000 }, async () => {
  const found = pages().flatMap((page) => withAuth(snippetsOf(page, "ts")))
  const folder = emptyFolder("types")
  layOut(folder, found)
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG))
  cpSync(join(projectRoot, "test/docs/foreign-modules.d.ts"), join(folder, "foreign-modules.d.ts"))
  const { output } = await runCommand("tsc", ["-p", join(folder, "tsconfig.json")])
  expect(output).toBe("")
  expect(found.length).toBeGreaterThan(15)
})

function withAuth(snippets: readonly Snippet[]): readonly Snippet[] {
  const [first] = snippets
  const hasAuth = snippets.some(({ file }) => file === "auth.ts")
  const wantsAuth = snippets.some(({ code }) => code.includes('"./auth.ts"'))
  if (first === undefined || hasAuth || !wantsAuth) return snippets
  return [...snippets, ...README_AUTH.map((auth) => ({ ...auth, page: first.page }))]
}
