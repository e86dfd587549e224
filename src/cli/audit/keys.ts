import { writeVerifierKey } from "../../core/notes/verifier-key.ts"
import { createLogIdentity, verifierKeys } from "../../core/sealing/log-identity.ts"
import { readEnvironment } from "../../server/environment.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { printFaults } from "../print-faults.ts"
import { keyFaultsOf } from "./log-settings.ts"

export interface AuditKeysOptions {
  readonly dev?: boolean
}

/** Prints what an auditor needs to check the log: its name, and the public keys that sign it. Nothing of it is secret. */
export function auditKeysCommand(context: CommandContext, options: AuditKeysOptions): number {
  const { env, directory } = context
  const command = options.dev === true ? "dev" : "serve"
  const environment = readEnvironment(env, { command, directory, isOnlyLooking: true })
  const faults = keyFaultsOf(environment)
  if (faults.length > 0) return printFaults(context, faults, [])
  const identity = createLogIdentity(environment.settings.audit)
  const [current = "", ...older] = verifierKeys(identity, identity.origin).map(writeVerifierKey)
  if (context.isJson) {
    context.print(JSON.stringify({ origin: identity.origin, current, older }))
    return exitCodes.ok
  }
  const rest = older.map((key) => `${key}  (older: it verifies, and signs nothing)`)
  context.print([`The log ${identity.origin} is signed with`, current, ...rest].join("\n"))
  return exitCodes.ok
}
