import type { Settings } from "../../core/settings.ts"
import { type EnvironmentOutcome, readEnvironment } from "../../server/environment.ts"
import type { CommandContext } from "../command-context.ts"

const ABOUT_KEYS = /^(LINKLATCH_SECRET|AUDIT_KEY|AUDIT_ORIGIN|PUBLIC_BASE_URL)/

/** What the settings say of the log's name and keys; null where they say nothing that can be used, as on an auditor's machine. */
export function readLogSettings(
  { env, directory }: CommandContext,
  { dev }: { readonly dev?: boolean },
): Settings["audit"] | null {
  const command = dev === true ? "dev" : "serve"
  return logSettingsOf(readEnvironment(env, { command, directory, isOnlyLooking: true }))
}

export function logSettingsOf(environment: EnvironmentOutcome): Settings["audit"] | null {
  return keyFaultsOf(environment).length > 0 ? null : environment.settings.audit
}

/** What keeps the log's name and keys from being known. */
export function keyFaultsOf(environment: EnvironmentOutcome) {
  if (environment.status === "ready") return []
  return environment.faults.filter(({ variable }) => ABOUT_KEYS.test(variable))
}
