import type { VariableTexts } from "./read-variables.ts"
import type { FaultList } from "./setting-fault.ts"
import type { VariableValues } from "./variables.ts"

const MAX_ASVS_MINUTES = 10
const MIN_DISTINCT_CHARACTERS = 10
const OUTLETS = ["AUDIT_CHECKPOINT_FILE", "AUDIT_WITNESSES", "AUDIT_SYSLOG", "AUDIT_WEBHOOK_URL"] as const
const LIMITS = ["LIMIT_ASK_CLIENT", "LIMIT_ASK_ADDRESS", "LIMIT_REDEEM_CLIENT"] as const

/** What only production asks for: there, a setting that is missing or weak keeps the server from starting (OPS-1). */
export function checkProduction(
  values: VariableValues,
  texts: VariableTexts,
  faults: FaultList,
  warnings: FaultList,
): void {
  checkBaseUrl(values, faults)
  checkSecrets(values, faults)
  if ((values.LINK_TTL_MINUTES ?? 0) > MAX_ASVS_MINUTES && !faults.has("LINK_TTL_MINUTES")) {
    const problem = "Links last longer than the 10 minutes that OWASP ASVS 5.0 §6.5.5 allows."
    warnings.add("LINK_TTL_MINUTES", problem, "Give 10 or less.")
  }
  for (const name of LIMITS) {
    if (values[name] !== false) continue
    const problem = "It is off: nothing here slows down whoever floods people with mail or guesses codes (ASVS 6.3.1)."
    warnings.add(name, problem, "Leave it off only where something in front of the server limits.")
  }
  if (!OUTLETS.some((name) => texts.has(name))) {
    const problem =
      "No checkpoint of the audit log leaves the database's reach, so nobody could tell that its end was cut off."
    warnings.add("AUDIT_CHECKPOINT_FILE", problem, "Give a file on another disk, or name a witness in AUDIT_WITNESSES.")
  }
  if (!texts.has("TRUSTED_PROXIES") && !faults.has("TRUSTED_PROXIES")) {
    const problem = "No proxy is trusted, so everybody behind one counts as the same client and shares its limits."
    warnings.add("TRUSTED_PROXIES", problem, "Give the address of the proxy that ends https, as 10.0.0.0/8.")
  }
}

function checkBaseUrl(values: VariableValues, faults: FaultList): void {
  const cure = "Give the address that people use, as https://example.com."
  if (faults.has("PUBLIC_BASE_URL")) return
  if (values.PUBLIC_BASE_URL === undefined) faults.add("PUBLIC_BASE_URL", "It is not set.", cure)
  else if (URL.parse(values.PUBLIC_BASE_URL)?.protocol !== "https:")
    faults.add("PUBLIC_BASE_URL", "It is not https.", cure)
}

function checkSecrets(values: VariableValues, faults: FaultList): void {
  const cure = "Make one with: openssl rand -base64 32"
  if (faults.has("LINKLATCH_SECRET")) return
  if (values.LINKLATCH_SECRET === undefined) faults.add("LINKLATCH_SECRET", "It is not set.", cure)
  else if (values.LINKLATCH_SECRET.some((secret) => new Set(secret).size < MIN_DISTINCT_CHARACTERS)) {
    faults.add("LINKLATCH_SECRET", "A secret repeats itself and can be guessed.", cure)
  }
}
