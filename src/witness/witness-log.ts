import { isoTime } from "../core/clock.ts"
import type { LogFields } from "../core/log.ts"
import type { ServerLog } from "../server/log.ts"

/**
 * One JSON line per event. Not the server's log, which strikes out whatever looks like a secret: signatures and hashes do, and here they are
 * the evidence. The only secret of a witness is its key, which nothing but the signing ever holds.
 */
export function createWitnessLog(print: (line: string) => void): ServerLog {
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) =>
      print(JSON.stringify({ time: isoTime(Date.now()), level, event, ...fields }, plain))
  const silent = () => undefined
  return { debug: silent, info: at("info"), warn: at("warn"), error: at("error"), flush: () => Promise.resolve() }
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value
}
