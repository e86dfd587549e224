import type { Log, LogFields } from "../core/log.ts"

/** Warns the operator of a mistake in the configuration, once: each request would say the same again. */
export type WarnOnce = (event: string, fields: LogFields) => void

export function createWarnOnce(log: Log): WarnOnce {
  const warned = new Set<string>()
  return (event, fields) => {
    if (warned.has(event)) return
    warned.add(event)
    log.warn(event, fields)
  }
}
