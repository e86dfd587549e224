// Is docs/errors.md true of the code, and the README's table of settings of the settings? Do all links of the documents lead
// somewhere?
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { exitCodes } from "../src/cli/exit-codes.ts"
import { problemStatus } from "../src/http/problems.ts"
import { variableNames } from "../src/server/variables.ts"
import { checkMarkdownLinks } from "./docs-site/check-markdown-links.ts"
import { sitePages } from "./docs-site/site-pages.ts"
import { readFaults } from "./reference/read-faults.ts"
import { readModule } from "./reference/read-module.ts"
import { settingDefaults } from "./reference/settings-page.ts"
import { projectRoot } from "./run-command.ts"

const faults = [...checkErrors(), ...checkSettings(), ...checkMarkdownLinks(sitePages())]
for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1

function checkErrors(): readonly string[] {
  const page = read("docs/errors.md")
  const codes = [
    ...unionOf("src/core/fault.ts", "LinklatchErrorCode"),
    ...unionOf("src/client.ts", "ClientError"),
    ...unionOf("src/cli/print-error.ts", "CommandErrorCode"),
    ...Object.values(exitCodes).map(String),
  ]
  const rows = new Set([...page.matchAll(/^\| `?([\w.]+)`? \|/gm)].map(([, first = ""]) => first))
  return [
    ...codes.filter((code) => !rows.has(code)).map((code) => `docs/errors.md has no row for the code ${code}`),
    ...Object.entries(problemStatus)
      .filter(([code, status]) => !page.includes(`| \`${code}\` | ${status} |`))
      .map(([code, status]) => `docs/errors.md has no row for the problem ${code}, ${status}`),
    ...readFaults()
      .filter(({ text }) => !page.includes(text))
      .map(({ file, text }) => `docs/errors.md doesn't explain what ${file} says: ${text}`),
  ]
}

/** The README has a row for each setting, in which its default stands. */
function checkSettings(): readonly string[] {
  const rows = new Map<string, string>()
  for (const [, names = "", value = ""] of read("README.md").matchAll(
    /^\| ((?:\*{0,2}`[A-Z_]+`\*{0,2}(?:, )?)+) \| ([^|]*)\|/gm,
  )) {
    for (const [, name = ""] of names.matchAll(/`([A-Z_]+)`/g)) rows.set(name, value)
  }
  const missing = variableNames.filter((name) => !rows.has(name)).map((name) => `README.md has no row for ${name}`)
  const unknown = [...rows.keys()].filter((name) => !(variableNames as readonly string[]).includes(name))
  const wrong = [...settingDefaults()].flatMap(([name, { production, development }]) =>
    [production, name === "PUBLIC_BASE_URL" || name === "LINKLATCH_SECRET" ? null : development]
      .filter((value) => value !== null && rows.get(name)?.includes(value) === false)
      .map((value) => `README.md: the default of ${name} is ${value}, not ${rows.get(name)}`),
  )
  return [...missing, ...unknown.map((name) => `README.md has a row for ${name}, which is no setting`), ...wrong]
}

function unionOf(file: string, name: string): readonly string[] {
  const text = readModule(file).declarations.get(name)?.text ?? ""
  const values = [...text.matchAll(/"([^"]+)"/g)].map(([, value = ""]) => value)
  if (values.length === 0) throw new Error(`${file} has no union of texts that is called ${name}`)
  return values
}

function read(file: string): string {
  return readFileSync(join(projectRoot, file), "utf8")
}
