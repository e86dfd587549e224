import { styleText } from "node:util"
import type { SettingFault } from "../../server/setting-fault.ts"
import type { CommandContext } from "../command-context.ts"
import { faultLines } from "../print-faults.ts"
import type { Answered, AnswerName, AnswerSource } from "./answers.ts"
import type { ComposedEnv } from "./compose-env-text.ts"
import type { FoundProject } from "./find-framework.ts"
import type { GitOutcome } from "./ignore-in-git.ts"
import { mountSnippet, type SnippetFile } from "./mount-snippet.ts"

export interface InitReport {
  readonly file: string
  readonly isNew: boolean
  readonly answered: Answered
  readonly composed: Extract<ComposedEnv, { status: "composed" }>
  readonly project: FoundProject
  readonly git: GitOutcome
  /** Flags that the file had an answer to already, as they are typed. */
  readonly leftAside: readonly string[]
  /** Of settings that stood there already. */
  readonly faults: readonly SettingFault[]
}

/** Says what was written, what was kept, what is left to do, and how to go on. */
export function printInit(context: CommandContext, report: InitReport): void {
  const { answers } = report.answered
  const { isTypeScript } = report.project
  const snippet = answers.framework === "server" ? [] : mountSnippet(answers.framework, answers, isTypeScript)
  context.print(context.isJson ? json(report, snippet) : prose(report, snippet))
}

function json(
  { file, isNew, answered, composed, leftAside, git, faults }: InitReport,
  snippet: readonly SnippetFile[],
): string {
  const { added, kept, toFillIn } = composed
  const { answers, sources } = answered
  const status = isNew ? "written" : added.length + toFillIn.length > 0 ? "completed" : "unchanged"
  return JSON.stringify({
    status,
    file,
    added,
    kept,
    toFillIn,
    leftAside,
    faults,
    answers,
    sources,
    git: git.status,
    snippet,
    next: nextCommands(file),
  })
}

function prose(report: InitReport, snippet: readonly SnippetFile[]): string {
  const { faults } = report
  return [
    ...written(report),
    ...(faults.length === 0 ? [] : ["", styleText("bold", "Worth a look"), faultLines(faults)]),
    "",
    gitLine(report),
    "",
    ...(snippet.length === 0 ? serverLines(report) : snippetLines(report, snippet)),
    "",
    styleText("bold", "Next"),
    ...nextLines(report),
  ].join("\n")
}

function written(report: InitReport): readonly string[] {
  const { file, isNew, answered, composed } = report
  const { added, kept, toFillIn } = composed
  const title = isNew
    ? `Wrote ${file}, readable by you alone (mode 0600).`
    : `${file} is as it was, but for what it lacked.`
  const width = Math.max(0, ...[...added, ...toFillIn].map(({ length }) => length))
  return [
    added.length + toFillIn.length === 0 ? `${file} says all that it needs: nothing was added.` : title,
    ...added.map((name) => `  ${name.padEnd(width)}  ${addedValue(name, answered)}`),
    ...toFillIn.map((name) => `  ${name.padEnd(width)}  ${styleText("yellow", "for you to fill in")}`),
    ...(kept.length === 0 ? [] : [`  Kept as it was: ${kept.join(", ")}`]),
    ...others(report),
  ]
}

const SOURCE_WORDS: Readonly<Record<AnswerSource, string>> = {
  asked: "",
  flag: "",
  kept: "",
  folder: "  (from this folder)",
  default: "  (default)",
}

function addedValue(name: string, { answers, sources }: Answered): string {
  const said: Readonly<Record<string, readonly [value: string, of: AnswerName]>> = {
    SITE_NAME: [answers.siteName, "siteName"],
    PUBLIC_BASE_URL: [answers.baseUrl, "baseUrl"],
    PORT: [URL.parse(answers.baseUrl)?.port ?? "", "baseUrl"],
    SIGN_UP: [answers.signUp, "signUp"],
    ADMIN_EMAILS: [answers.adminEmails.join(", "), "adminEmails"],
  }
  const [value, of] = said[name] ?? ["made, not shown", undefined]
  return `${value}${of === undefined ? "" : SOURCE_WORDS[sources[of]]}`
}

function others({ answered, leftAside, file }: InitReport): readonly string[] {
  return [
    ...(answered.sources.mail === "default" ? ["  Mail stays on this machine, at /dev/mailbox.  (default)"] : []),
    ...leftAside.map((flag) => `  ${flag} was left aside, as ${file} says it already: change it there.`),
  ]
}

function gitLine({ file, git }: InitReport): string {
  switch (git.status) {
    case "added":
      return `.gitignore: added ${git.lines.join(", ")}.`
    case "ignored_already":
      return `git ignores ${file} already.`
    case "tracked":
      return styleText(
        "yellow",
        `git follows ${file}: take it out with \`git rm --cached ${file}\`. What was in it before is in the history.`,
      )
    case "no_repository":
      return `This is no git repository yet. When it becomes one, have it ignore ${file}.`
    case "no_git":
      return `There is no git here. Where there is, have it ignore ${file}.`
  }
}

function serverLines({ file, answered }: InitReport): readonly string[] {
  const isFound = answered.sources.framework === "folder"
  return [
    styleText("bold", "In front of any application"),
    `  ${isFound ? "There is no package.json here, so " : ""}Linklatch runs as a server beside your application, behind the same proxy:`,
    "",
    `    npx linklatch serve --env-file ${file}`,
  ]
}

function snippetLines({ answered, project }: InitReport, snippet: readonly SnippetFile[]): readonly string[] {
  const { framework } = answered.answers
  const rest = project.found.filter((one) => one !== framework)
  const also = rest.length === 0 ? "" : ` (package.json also names ${rest.join(", ")}: --framework shows another)`
  return [
    styleText("bold", `In ${NAMES[framework]}`) + also,
    `  ${snippet[0]?.path} is new; the other lines go where your application is put together.`,
    ...snippet.flatMap(({ path, text }) => ["", `  ${styleText("cyan", path)}`, "", ...indented(text)]),
  ]
}

const NAMES = {
  node: "node:http",
  hono: "Hono",
  express: "Express",
  fastify: "Fastify",
  next: "Next.js",
  sveltekit: "SvelteKit",
  server: "any application",
} as const

function indented(text: string): readonly string[] {
  return text.split("\n").map((line) => (line === "" ? "" : `    ${line}`))
}

function nextLines({ file, answered, composed }: InitReport): readonly string[] {
  const { framework } = answered.answers
  const [dev, doctor] = nextCommands(file)
  const loads = framework === "next" || framework === "server"
  return [
    ...(composed.toFillIn.length === 0 ? [] : [`  Fill in ${composed.toFillIn.join(" and ")} in ${file}.`]),
    ...aligned([
      [dev, "tries it out, with mail at /dev/mailbox"],
      ...(loads ? [] : [[`node --env-file=${file} …`, "starts your application with these settings"] as const]),
      [doctor, "says what production still needs"],
    ]),
  ]
}

function aligned(lines: readonly (readonly [command: string, says: string])[]): readonly string[] {
  const width = Math.max(...lines.map(([command]) => command.length))
  return lines.map(([command, says]) => `  ${command.padEnd(width)}   ${says}`)
}

function nextCommands(file: string): readonly [string, string] {
  return [
    file === ".env" ? "npx linklatch dev" : `npx linklatch dev --env-file ${file}`,
    `npx linklatch doctor --env-file ${file}`,
  ]
}
