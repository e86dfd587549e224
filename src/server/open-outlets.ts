import type { CheckpointOutlet } from "../core/sealing/checkpoint-outlet.ts"
import type { OutletsConfig } from "./server-config.ts"

/** Builds where checkpoints go, and loads nothing where they go nowhere. */
export async function openOutlets(config: OutletsConfig): Promise<readonly CheckpointOutlet[]> {
  const { file, witnesses, syslog, webhook } = config
  if (file === null && witnesses.length === 0 && syslog === null && webhook === null) return []
  const { checkpointFile, checkpointWebhook, syslogOutlet, witness } = await import("../checkpoints.ts")
  return [
    ...(file === null ? [] : [checkpointFile(file)]),
    ...witnesses.map(witness),
    ...(syslog === null ? [] : [syslogOutlet(syslog)]),
    ...(webhook === null ? [] : [checkpointWebhook(webhook)]),
  ]
}
