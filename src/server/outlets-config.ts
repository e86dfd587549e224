import { isLoopbackUrl } from "../checkpoints/outlet-url.ts"
import type { Mode, OutletsConfig } from "./server-config.ts"
import type { FaultList } from "./setting-fault.ts"
import type { VariableValues } from "./variables.ts"

/** Where checkpoints go; half a webhook is a fault. */
export function readOutletsConfig(values: VariableValues, faults: FaultList): OutletsConfig {
  const { AUDIT_WEBHOOK_URL: url, AUDIT_WEBHOOK_SECRET: secret = [] } = values
  checkWebhook(url, secret, faults)
  return {
    file: values.AUDIT_CHECKPOINT_FILE ?? null,
    witnesses: values.AUDIT_WITNESSES ?? [],
    syslog: values.AUDIT_SYSLOG ?? null,
    webhook: url === undefined || secret.length === 0 ? null : { url, secret },
  }
}

/** What works and proves little. */
export function checkOutlets({ witnesses }: OutletsConfig, mode: Mode, warnings: FaultList): void {
  if (mode !== "production" || !witnesses.some(({ url }) => isLoopbackUrl(url))) return
  const problem = "A witness on this machine is in the hands of whoever holds the database here."
  warnings.add("AUDIT_WITNESSES", problem, "Run it elsewhere, or use one of somebody else's.")
}

function checkWebhook(url: string | undefined, secret: readonly string[], faults: FaultList): void {
  if (faults.has("AUDIT_WEBHOOK_URL") || faults.has("AUDIT_WEBHOOK_SECRET")) return
  if (url !== undefined && secret.length === 0) {
    const cure = "Make one with: echo whsec_$(openssl rand -base64 32)"
    faults.add("AUDIT_WEBHOOK_SECRET", "It is not set, and AUDIT_WEBHOOK_URL is.", cure)
  }
  if (url === undefined && secret.length > 0) {
    faults.add("AUDIT_WEBHOOK_URL", "It is not set, and AUDIT_WEBHOOK_SECRET is.", "Give it, or leave out both.")
  }
}
