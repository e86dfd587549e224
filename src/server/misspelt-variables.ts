import type { Environment } from "./read-variables.ts"
import type { FaultList } from "./setting-fault.ts"
import { variableNames } from "./variables.ts"

const OUR_PREFIXES = ["LINKLATCH_", "LIMIT_", "SESSION_", "ALLOWED_", "TRUSTED_", "AUDIT_"]
// Set by X11 desktops, and nobody's mistake.
const FOREIGN = new Set(["SESSION_MANAGER"])

/** Warns about what begins like one of ours and isn't: a limit or a list that silently doesn't hold is worse than none. */
export function warnOfMisspelt(env: Environment, warnings: FaultList): void {
  const known = new Set(variableNames.flatMap((name) => [name, `${name}_FILE`] as string[]))
  for (const name of Object.keys(env).sort()) {
    const prefix = OUR_PREFIXES.find((start) => name.startsWith(start))
    if (prefix === undefined || known.has(name) || FOREIGN.has(name)) continue
    const alike = variableNames.filter((one) => one.startsWith(prefix))
    warnings.add(name, "There is no such setting, so it does nothing.", `Did you mean ${alike.join(" or ")}?`)
  }
}
