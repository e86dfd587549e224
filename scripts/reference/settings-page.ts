import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readEnvironment } from "../../src/server/environment.ts"
import type { Variable } from "../../src/server/variable-shapes.ts"
import { type VariableName, variableNames, variables } from "../../src/server/variables.ts"
import { code, page, table } from "./markdown.ts"

/** What a setting stands at when it is left out; null for nothing. */
export interface SettingDefault {
  readonly production: string | null
  readonly development: string | null
}

// As little as production starts with, so that every other setting shows what it is by itself.
const LEAST = {
  PUBLIC_BASE_URL: "https://login.example.com",
  LINKLATCH_SECRET: "only-so-that-the-defaults-can-be-read",
  RESEND_API_KEY: "re_only_for_reading",
  RESEND_FROM: "login@example.com",
}
// Those that are made of others: their value here would be that of the example.
const MADE_OF: Partial<Record<VariableName, string>> = {
  SITE_NAME: "the host of `PUBLIC_BASE_URL`",
  RESEND_FROM: "`MAIL_FROM`",
  AUDIT_KEY: "made from `LINKLATCH_SECRET`",
  AUDIT_ORIGIN: "`PUBLIC_BASE_URL` without its scheme, and `/auth/log`",
}

/** Every setting of the server, from the table that the server reads. */
export function settingsPage(): string {
  const defaults = settingDefaults()
  const rows = variableNames.map((name) => {
    const { says, cure, option } = variables[name] as Variable
    return [code(name), tellDefault(name, defaults.get(name)), plain(`${says}. ${cure}`), code(option ?? "")]
  })
  return page(
    "# Settings",
    "All that `linklatch serve` and `linklatch dev` read from the environment. Each can also be given as `NAME_FILE`, with the path of a file that holds the value. An empty variable counts as not set. `linklatch doctor` shows every one of them and what it stands at.",
    "Production doesn't start without `PUBLIC_BASE_URL`, `LINKLATCH_SECRET`, and a way to send mail with its sender: `SMTP_URL` and `MAIL_FROM`, or `RESEND_API_KEY` and `RESEND_FROM`. `serve` is in production unless `NODE_ENV` is `development` or `test`.",
    table(["name", "default", "what it is", "option of the library"], rows),
  )
}

/** The defaults that the server itself tells the doctor. */
export function settingDefaults(): ReadonlyMap<VariableName, SettingDefault> {
  const directory = mkdtempSync(join(tmpdir(), "linklatch-settings-"))
  try {
    const production = statesOf(readEnvironment(LEAST, { command: "serve", directory }))
    const development = statesOf(readEnvironment({}, { command: "dev", directory }))
    return new Map(
      variableNames.map((name) => [
        name,
        {
          production: name in LEAST || name in MADE_OF ? null : (production.get(name) ?? null),
          development: development.get(name) ?? null,
        },
      ]),
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function statesOf({ states }: ReturnType<typeof readEnvironment>): ReadonlyMap<VariableName, string | null> {
  return new Map(states.map(({ name, value }) => [name, value]))
}

// `<login@example.com>` would become a link.
function plain(text: string): string {
  return text.replaceAll("<", "\\<")
}

function tellDefault(name: VariableName, found: SettingDefault = { production: null, development: null }): string {
  const { production, development } = found
  const usual = MADE_OF[name] ?? code(production ?? "")
  if (development === null || development === production) return usual
  const inDevelopment = development.includes(" ") ? development : code(development)
  return usual === "" ? `dev: ${inDevelopment}` : `${usual} (dev: ${inDevelopment})`
}
