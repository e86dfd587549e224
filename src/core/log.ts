/** A structured log: one event name, flat fields. `console` has this shape too. */
export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, unknown>>

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What a library may say unasked: warnings and errors, one JSON line each, on standard error. */
export const warningLog: Log = {
  info: () => undefined,
  // biome-ignore lint/suspicious/noConsole: this is the log of last resort
  warn: (event, fields) => console.warn(consoleLine("warn", event, fields)),
  // biome-ignore lint/suspicious/noConsole: this is the log of last resort
  error: (event, fields) => console.error(consoleLine("error", event, fields)),
}

function consoleLine(level: string, event: string, fields: LogFields = {}): string {
  const plain = (_key: string, value: unknown) => (value instanceof Error ? `${value.name}: ${value.message}` : value)
  return JSON.stringify({ level, event, ...fields }, plain)
}
