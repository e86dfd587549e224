import { existsSync } from "node:fs"
import { isKeyName } from "../core/notes/key-name.ts"
import type { VerifierKey } from "../core/notes/verifier-key.ts"
import { runUntilStopped } from "../server/run-until-stopped.ts"
import type { SettingFault } from "../server/setting-fault.ts"
import { startWitness, type WitnessServerOptions } from "../witness/start-witness.ts"
import { openWitnessKey } from "../witness/witness-key.ts"
import { createWitnessLog } from "../witness/witness-log.ts"
import { openWitnessState } from "../witness/witness-state.ts"
import { readKeyOf } from "./audit/known-keys.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { printError } from "./print-error.ts"
import { faultLines } from "./print-faults.ts"
import { explainFailure } from "./store-failure.ts"

export interface WitnessFlags {
  readonly listen?: string
  readonly name?: string
  readonly state?: string
  readonly keyFile?: string
  readonly log?: readonly string[]
  readonly newState?: boolean
}

type WitnessSettings = Pick<WitnessServerOptions, "host" | "port" | "name" | "logs"> & {
  readonly state: string
  readonly keyFile: string
}

/** Runs a witness until a signal ends it. Standard output is its log, one JSON line for each decision. */
export async function witnessCommand(context: CommandContext, flags: WitnessFlags): Promise<number> {
  const faults: SettingFault[] = []
  const { keyFile, state, ...settings } = readSettings(context, flags, faults)
  if (existsSync(keyFile) && !existsSync(state) && flags.newState !== true) faults.push(LOST_STATE)
  if (faults.length > 0) return tellFaults(context, faults)
  const log = createWitnessLog(context.print)
  // Before the key is: one that is there without a state has lost it.
  const witnessState = openWitnessState(state)
  const opened = openWitnessKey(keyFile, settings.name)
  if (opened.status === "unreadable") {
    const cure = "Name a file that this user alone may read, or one that isn't there yet."
    return tellFaults(context, [{ variable: "--key-file", problem: opened.problem, cure }])
  }
  try {
    const running = await startWitness({ ...settings, key: opened.key, state: witnessState, log })
    const { host, port, verifierKey } = running
    const key = { verifierKey, keyFile, isNewKey: opened.status === "made" }
    log.info("listening", { host, port, ...key, state, logs: settings.logs.map(({ name }) => name) })
    if (opened.isOpen) log.warn("key_is_open", { keyFile, cure: "Others may read the key: chmod 600" })
    const exitCode = await runUntilStopped({ stop: running.stop, waitingFor: () => "requests" }, log)
    // What hung would keep the process alive.
    process.exit(exitCode)
  } catch (error) {
    log.error("start_failed", { problem: explainFailure(error) })
    return exitCodes.failed
  }
}

// A container without a volume is enough: the witness would sign a fork as if it were the first thing that it sees.
const LOST_STATE: SettingFault = {
  variable: "--state",
  problem: "The key is there, and what was signed with it isn't.",
  cure: "Put the file back. If it is lost, give the witness a new --name; --new-state is for a key that never signed.",
}

function tellFaults(context: CommandContext, faults: readonly SettingFault[]): number {
  const lines = context.isJson ? "" : `\n\n${faultLines(faults)}`
  const message = `The witness can't start from these options.${lines}`
  return printError(context, { code: "invalid_configuration", message, faults }, exitCodes.configuration)
}

const LISTEN = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i

function readSettings({ env }: CommandContext, flags: WitnessFlags, faults: SettingFault[]): WitnessSettings {
  const listen = flags.listen ?? env["WITNESS_LISTEN"] ?? "127.0.0.1:3001"
  const [, bracketed, plain, port] = LISTEN.exec(listen) ?? []
  if (port === undefined || Number(port) > 65_535) {
    faults.push({
      variable: "--listen",
      problem: "It is not an address.",
      cure: "Give host and port, as 127.0.0.1:3001.",
    })
  }
  const name = flags.name ?? env["WITNESS_NAME"] ?? ""
  if (!isKeyName(name)) {
    const cure = "Give a name of your own, as an address without https://: witness.example.org/w1"
    faults.push({ variable: "--name", problem: "The witness has no name, or one with spaces or a plus.", cure })
  }
  const logs = flags.log ?? (env["WITNESS_LOGS"] ?? "").split(/[\s,]+/).filter((one) => one !== "")
  return {
    host: bracketed ?? plain ?? "",
    port: Number(port),
    name,
    logs: readLogs(logs, faults),
    state: flags.state ?? env["WITNESS_STATE"] ?? "witness.db",
    keyFile: flags.keyFile ?? env["WITNESS_KEY_FILE"] ?? "witness.key",
  }
}

function readLogs(texts: readonly string[], faults: SettingFault[]): readonly VerifierKey[] {
  const keys = texts.map((text) => readKeyOf("log", text)).filter((key) => key !== null)
  if (texts.length === 0 || keys.length < texts.length) {
    const problem = texts.length === 0 ? "There is no log to witness." : "It is not a log's verifier key."
    faults.push({ variable: "--log", problem, cure: "Give the key of each log, as `linklatch audit keys` prints it." })
  }
  return keys
}
