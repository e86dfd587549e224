import { type VariableName, variables } from "../../server/variables.ts"
import { appendToEnvText, readEnvText, setInEnvText } from "../env-file/env-text.ts"
import type { Answers } from "./answers.ts"

export type ComposedEnv =
  | {
      readonly status: "composed"
      readonly text: string
      /** Settings that got a value. */
      readonly added: readonly VariableName[]
      /** Settings that had one, which stays. */
      readonly kept: readonly VariableName[]
      /** Settings that only a person can fill in. */
      readonly toFillIn: readonly VariableName[]
    }
  | { readonly status: "refused"; readonly name: VariableName }

const HEADER = [
  "# Settings of Linklatch. `linklatch dev` reads this file; other commands do with --env-file.",
  "# Keep it out of git: it holds a secret.",
]

/** Adds to a file of settings what it lacks. What it says already stays as it is, to the byte. */
export function composeEnvText(before: string, answers: Answers, secret: string): ComposedEnv {
  const names: Readonly<Record<Became, VariableName[]>> = { added: [], kept: [], toFillIn: [] }
  let text = before
  for (const [name, value] of settingsOf(answers, secret)) {
    const changed = addSetting(text, name, value)
    if (changed === null) return { status: "refused", name }
    text = changed.text
    names[changed.became].push(name)
  }
  return { status: "composed", text: addHints(text, answers), ...names }
}

type Became = "added" | "kept" | "toFillIn"

function addSetting(
  text: string,
  name: VariableName,
  value: string,
): { readonly text: string; readonly became: Became } | null {
  const values = readEnvText(text)
  const isSet = [values[name], values[`${name}_FILE`]].some((one) => (one?.trim() ?? "") !== "")
  if (isSet) return { text, became: "kept" }
  const became = value === "" ? "toFillIn" : "added"
  if (values[name] !== undefined && value === "") return { text, became }
  const changed = setInEnvText(values[name] === undefined ? beginBlock(text, name) : text, name, value)
  return changed === null ? null : { text: changed, became }
}

function settingsOf(answers: Answers, secret: string): readonly (readonly [VariableName, string])[] {
  const { siteName, baseUrl, adminEmails, signUp, mail } = answers
  const port = localPort(baseUrl)
  return [
    ["SITE_NAME", siteName],
    ["PUBLIC_BASE_URL", baseUrl],
    ...(port === null ? [] : [["PORT", port] as const]),
    ["LINKLATCH_SECRET", secret],
    ["SIGN_UP", signUp],
    ...(adminEmails.length === 0 ? [] : [["ADMIN_EMAILS", adminEmails.join(",")] as const]),
    // Whoever has them fills them in: we can't know them, and must not make them up.
    ...(mail === "smtp" ? [["SMTP_URL", ""] as const, ["MAIL_FROM", ""] as const] : []),
    ...(mail === "resend" ? [["RESEND_API_KEY", ""] as const, ["MAIL_FROM", ""] as const] : []),
  ]
}

// Where the address says which port of this machine it is, the server must listen there.
function localPort(baseUrl: string): string | null {
  const url = URL.parse(baseUrl)
  const isLocal = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)
  return isLocal && url.port !== "" && url.port !== "3000" ? url.port : null
}

function beginBlock(text: string, name: VariableName): string {
  const lines = text === "" ? [...HEADER, ""] : [""]
  const { says, cure } = variables[name]
  const example = name === "SMTP_URL" || name === "RESEND_API_KEY" || name === "MAIL_FROM" ? ` ${cure}` : ""
  return appendToEnvText(text, [...lines, `# ${says}.${example}`])
}

// What may come later, once: a second run finds the names in the file.
function addHints(text: string, { siteName, mail }: Answers): string {
  const hints: string[] = []
  if (!text.includes("ADMIN_EMAILS="))
    hints.push("", `# ${variables.ADMIN_EMAILS.says}.`, "# ADMIN_EMAILS=you@example.com")
  if (mail === "mailbox" && !text.includes("SMTP_URL=")) {
    hints.push(
      "",
      "# Mail stays on this machine: `linklatch dev` shows it at /dev/mailbox. For production set MAIL_FROM and one of the two.",
      "# SMTP_URL=smtps://user:password@mail.example.com:465",
      "# RESEND_API_KEY=",
      `# MAIL_FROM="${siteName.replaceAll(/["\\$`]/g, "")} <login@example.com>"`,
    )
  }
  return hints.length === 0 ? text : appendToEnvText(text, hints)
}
