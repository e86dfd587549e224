import { readSettings, type Settings } from "../core/settings.ts"
import { createClientAddress } from "../http/client-address.ts"
import { type ConfigContext, chooseConfig } from "./choose-config.ts"
import { checkDatabaseRules } from "./database-rules.ts"
import { warnOfMisspelt } from "./misspelt-variables.ts"
import { checkOutlets } from "./outlets-config.ts"
import { checkProduction } from "./production-rules.ts"
import { type Environment, readTexts, readValues } from "./read-variables.ts"
import type { Mode, ServerConfig } from "./server-config.ts"
import { createFaultList, type FaultList, type SettingFault } from "./setting-fault.ts"
import { describeSettings, type SettingState } from "./setting-states.ts"
import type { Variable } from "./variable-shapes.ts"
import { type VariableName, variableNames, variables } from "./variables.ts"

export type EnvironmentOutcome = {
  readonly mode: Mode
  readonly states: readonly SettingState[]
  /** What works and is likely not meant. */
  readonly warnings: readonly SettingFault[]
  /** To be used where no fault is about it. */
  readonly database: ServerConfig["database"]
  readonly redis: ServerConfig["redis"]
  readonly erasureJournal: string | false | undefined
  readonly outlets: ServerConfig["outlets"]
  /** The same; what is at fault stands at something harmless. */
  readonly settings: Settings
} & (
  | { readonly status: "ready"; readonly config: ServerConfig }
  | { readonly status: "faulty"; readonly faults: readonly SettingFault[] }
)

/** Reads every setting of the server at once: either all of them are right, or every fault is named with its cure. */
export function readEnvironment(env: Environment, context: ConfigContext): EnvironmentOutcome {
  const faults = createFaultList()
  const warnings = createFaultList()
  const mode = readMode(env, context.command, faults)
  const texts = readTexts(env, faults)
  const values = readValues(texts, faults)
  const config = chooseConfig(values, mode, context, faults)
  const settings = checkOptions(config, faults)
  if (mode === "production") checkProduction(values, texts, faults, warnings)
  else warnOfOpenMailbox(config, warnings)
  checkDatabaseRules(values, config, faults, warnings)
  checkOutlets(config.outlets, mode, warnings)
  warnOfMisspelt(env, warnings)
  const told = {
    mode,
    states: describeSettings(texts, config, settings),
    warnings: warnings.faults,
    database: config.database,
    redis: config.redis,
    erasureJournal: values.ERASURE_JOURNAL,
    outlets: config.outlets,
    settings,
  }
  if (faults.faults.length > 0) return { ...told, status: "faulty", faults: faults.faults }
  return { ...told, status: "ready", config }
}

// Production unless somebody says otherwise: a forgotten NODE_ENV must not open the development doors (OPS-2).
function readMode(env: Environment, command: "dev" | "serve", faults: FaultList): Mode {
  const nodeEnv = env["NODE_ENV"]
  if (command === "serve") return nodeEnv === "development" || nodeEnv === "test" ? "development" : "production"
  if (nodeEnv === "production") {
    const problem = "`linklatch dev` shows everybody's mail, so it doesn't run in production."
    faults.add("NODE_ENV", problem, "Run `linklatch serve`, or set NODE_ENV to development.")
  }
  return "development"
}

function warnOfOpenMailbox({ host, mail }: ServerConfig, warnings: FaultList): void {
  if (mail.by !== "mailbox" || ["127.0.0.1", "::1", "localhost"].includes(host)) return
  const problem = "Everybody who reaches this port can read the mailbox, and sign in as anybody."
  warnings.add("HOST", problem, "Leave it at 127.0.0.1, unless this machine is yours alone.")
}

/** The library's own rules, told in the names of our variables. What is at fault already isn't told twice. */
function checkOptions(config: ServerConfig, faults: FaultList): Settings {
  const { settings, faults: found } = readSettings({ ...config.options, store: NO_STORE })
  const proxies = createClientAddress(config.options.trustedProxies ?? []).faults
  const told = new Set(variableNames.filter((name) => faults.has(name)))
  for (const { setting, problem, cure } of [...found, ...proxies]) {
    const variable = variableOf(setting)
    if (!told.has(variable)) faults.add(variable, problem, cure)
  }
  for (const { problem } of createClientAddress(config.metricsAllow).faults) {
    faults.add("METRICS_ALLOW", problem, variables.METRICS_ALLOW.cure)
  }
  return settings
}

const NO_STORE = null as never

function variableOf(option: string): VariableName {
  const name = variableNames.find((one) => (variables[one] as Variable).option === option)
  if (name === undefined) throw new Error(`No variable stands for the option ${option}.`)
  return name
}
