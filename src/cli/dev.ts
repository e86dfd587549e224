import { styleText } from "node:util"
import { type EnvironmentOutcome, readEnvironment } from "../server/environment.ts"
import { createLog } from "../server/log.ts"
import { runUntilStopped } from "../server/run-until-stopped.ts"
import { type RunningServer, startServer } from "../server/server.ts"
import { secretsOf } from "../server/server-config.ts"
import type { SettingState } from "../server/setting-states.ts"
import type { CommandContext } from "./command-context.ts"
import { printError } from "./print-error.ts"
import { faultLines, printFaults } from "./print-faults.ts"
import { settingLine } from "./setting-line.ts"
import { startFailure } from "./start-failure.ts"

type ReadyEnvironment = Extract<EnvironmentOutcome, { status: "ready" }>

/** Runs a development server that needs no configuration, and says in one screen where everything is. */
export async function dev(context: CommandContext): Promise<number> {
  const environment = readEnvironment(context.env, { command: "dev", directory: context.directory })
  if (environment.status === "faulty") {
    return printFaults(context, environment.faults, environment.warnings)
  }
  const { config, mode } = environment
  const log = createLog({
    mode,
    level: config.logLevel,
    secrets: secretsOf(config),
    isPretty: context.isTerminal && !context.isJson,
  })
  let running: RunningServer
  try {
    running = await startServer(config, log)
  } catch (error) {
    const { problem, exitCode } = startFailure(error)
    return printError(context, { code: "start_failed", message: `It can't start: ${problem}` }, exitCode)
  }
  context.print(context.isJson ? jsonScreen(context, environment, running) : screen(context, environment, running))
  const exitCode = await runUntilStopped(running, log)
  await log.flush()
  // What hung would keep the process alive.
  process.exit(exitCode)
}

function mailPlace({ config }: ReadyEnvironment, { baseUrl }: RunningServer): string {
  if (config.mail.by === "mailbox") return `${baseUrl}/dev/mailbox`
  return config.mail.by === "smtp" ? "sent by SMTP_URL" : "sent by Resend"
}

function jsonScreen({ envFile }: CommandContext, environment: ReadyEnvironment, running: RunningServer): string {
  const { warnings, states } = environment
  const { host, port, baseUrl } = running
  const mailbox = environment.config.mail.by === "mailbox" ? mailPlace(environment, running) : null
  return JSON.stringify({
    status: "listening",
    host,
    port,
    baseUrl,
    signIn: `${baseUrl}/auth/sign-in`,
    mailbox,
    envFile,
    settings: states,
    warnings,
  })
}

function screen({ envFile }: CommandContext, environment: ReadyEnvironment, running: RunningServer): string {
  const { states, warnings } = environment
  const set = states.filter(({ state }) => state === "set" || state === "secret_set")
  const defaults = states
    .filter(({ state }) => state === "development_default")
    .map((state) => atRealPort(state, running))
  return [
    "",
    `  ${styleText("bold", "Linklatch is running, for development only.")}`,
    "",
    `  Sign in   ${styleText("cyan", `${running.baseUrl}/auth/sign-in`)}`,
    `  Mail      ${styleText("cyan", mailPlace(environment, running))}`,
    ...(envFile === null ? [] : [`  Settings  from ${envFile} too; --no-env-file leaves it out`]),
    "",
    ...section("Set by you", set.map(settingLine)),
    ...section("Development defaults", defaultLines(defaults)),
    ...(warnings.length === 0 ? [] : ["  Worth a look", faultLines(warnings), ""]),
    ...nextSteps(environment, envFile),
    "",
  ].join("\n")
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`  ${styleText("bold", title)}`, ...lines.map((line) => `  ${line}`), ""]
}

// All the limits that are roomy here share one line, so that the screen stays one screen.
function defaultLines(states: readonly SettingState[]): readonly string[] {
  const limits = states.filter(({ name }) => name.startsWith("LIMIT_"))
  const others = states.filter((state) => !limits.includes(state)).map(settingLine)
  if (limits.length === 0) return others
  return [...others, `${limits.map(({ name }) => name).join(", ")} ${limits[0]?.value}`]
}

function atRealPort(state: SettingState, { baseUrl }: RunningServer): SettingState {
  return state.name === "PUBLIC_BASE_URL" ? { ...state, value: baseUrl } : state
}

function nextSteps({ config }: ReadyEnvironment, envFile: string | null): readonly string[] {
  const read =
    config.mail.by === "mailbox"
      ? "Read the message on the mail page and press its link."
      : "Read your mail and press its link."
  const isAdminKnown = (config.options.adminEmails ?? []).length > 0
  return [
    `  ${styleText("bold", "Next")}`,
    "  1. Open the sign-in page and type any address.",
    `  2. ${read}`,
    isAdminKnown
      ? "  3. Sign in as one of ADMIN_EMAILS to see /admin."
      : "  3. Start with ADMIN_EMAILS=you@example.com to see /admin.",
    `  4. Going live? \`npx linklatch doctor${envFile === null ? "" : ` --env-file ${envFile}`}\` says what production still needs.`,
    styleText("gray", "  Ctrl+C stops it. The log follows."),
  ]
}
