import { styleText } from "node:util"
import { canonicalAddress } from "../core/addresses/canonical-address.ts"
import { silentLog } from "../core/log.ts"
import { type EnvironmentOutcome, readEnvironment } from "../server/environment.ts"
import { openTransport } from "../server/open-transport.ts"
import type { ServerConfig } from "../server/server-config.ts"
import type { SettingState } from "../server/setting-states.ts"
import { checkDatabase } from "./check-database.ts"
import { checkErasures } from "./check-erasures.ts"
import { type Check, checkBaseUrl, checkMail } from "./check-parts.ts"
import { checkRedis } from "./check-redis.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { type ExplainedClientAddress, explainClientAddress } from "./explain-client-address.ts"
import { printError } from "./print-error.ts"
import { faultLines } from "./print-faults.ts"
import { sendTestMessage } from "./send-test-message.ts"
import { settingLine } from "./setting-line.ts"
import { unreadEnvFile } from "./unread-env-file.ts"

export interface DoctorOptions {
  readonly dev?: boolean
  readonly sendTest?: string
  readonly clientAddress?: string
  readonly xForwardedFor?: string
}

interface Report {
  readonly environment: EnvironmentOutcome
  readonly checks: readonly Check[]
  readonly client: ExplainedClientAddress | null
}

/** Shows every setting, never a secret, and checks what can be checked from here. */
export async function doctor(context: CommandContext, options: DoctorOptions): Promise<number> {
  if (options.xForwardedFor !== undefined && options.clientAddress === undefined) {
    const message = "--x-forwarded-for goes with --client-address."
    return printError(context, { code: "usage", message }, exitCodes.usage)
  }
  const recipient = options.sendTest === undefined ? null : canonicalAddress(options.sendTest)
  if (recipient !== null && recipient.status !== "valid") {
    const message = "--send-test takes a mail address, as you@example.com."
    return printError(context, { code: "usage", message }, exitCodes.usage)
  }
  const environment = readEnvironment(context.env, {
    command: options.dev ? "dev" : "serve",
    directory: context.directory,
  })
  if (environment.status === "faulty") return print(context, { environment, checks: [], client: null })
  const { config } = environment
  const checks = await runChecks(config, recipient?.address ?? null)
  return print(context, { environment, checks, client: explain(config, options) })
}

async function runChecks(
  config: ServerConfig,
  recipient: Parameters<typeof sendTestMessage>[2] | null,
): Promise<readonly Check[]> {
  const { transport } = await openTransport(config.mail, silentLog)
  const checks = await Promise.all([
    checkDatabase(config),
    config.redis === null ? [] : checkRedis(config.redis).then((check) => [check]),
    checkMail(config, transport).then((check) => [check]),
    checkBaseUrl(config).then((check) => [check]),
    checkErasures(config),
  ])
  const sent = recipient === null ? [] : [await sendTestMessage(config, transport, recipient)]
  await transport.close()
  return [...checks.flat(), ...sent]
}

function explain(config: ServerConfig, options: DoctorOptions): ExplainedClientAddress | null {
  if (options.clientAddress === undefined) return null
  return explainClientAddress(config.options.trustedProxies ?? [], options.clientAddress, options.xForwardedFor ?? null)
}

function print(context: CommandContext, report: Report): number {
  const { environment, checks, client } = report
  const faults = environment.status === "faulty" ? environment.faults : []
  const isFailing = checks.some((check) => check.status === "failed")
  const status = faults.length > 0 ? "faulty" : isFailing ? "failing" : "healthy"
  if (context.isJson) {
    const { mode, states: settings, warnings } = environment
    context.print(
      JSON.stringify({ status, mode, envFile: context.envFile, settings, faults, warnings, checks, client }),
    )
  } else {
    context.print(prose(report, faults))
    const hint = unreadEnvFile(context)
    if (hint !== null) context.printError(`\n${hint}`)
  }
  return { faulty: exitCodes.configuration, failing: exitCodes.failed, healthy: exitCodes.ok }[status]
}

function prose({ environment, checks, client }: Report, faults: Parameters<typeof faultLines>[0]): string {
  const { mode, states, warnings } = environment
  const lines = [styleText("bold", `Settings (${mode})`), ...states.map(stateLine)]
  if (faults.length > 0) lines.push("", styleText("bold", "At fault"), faultLines(faults))
  if (warnings.length > 0) lines.push("", styleText("bold", "Worth a look"), faultLines(warnings))
  if (checks.length > 0) lines.push("", styleText("bold", "Checks"), ...checks.map(checkLine))
  if (client !== null) lines.push("", styleText("bold", "Client address"), ...clientLines(client))
  return lines.join("\n")
}

const STATE_WORDS = {
  set: "set",
  secret_set: "set",
  default: "default",
  development_default: "development",
  not_set: "",
} as const

function stateLine(state: SettingState): string {
  return `  ${STATE_WORDS[state.state].padEnd(11)}  ${settingLine(state)}`
}

function checkLine({ name, status, says }: Check): string {
  const style = { ok: "green", warning: "yellow", failed: "red" } as const
  return `  ${styleText(style[status], status.padEnd(7))}  ${name.padEnd(12)}  ${says}`
}

function clientLines({ clientAddress, limitSubject, because }: ExplainedClientAddress): readonly string[] {
  return [`  ${clientAddress ?? "unknown"}, counted as ${limitSubject}`, `  ${because}`]
}
