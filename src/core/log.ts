/** A structured log: one event name, flat fields. `pino` loggers fit through `server/log.ts`. */
export interface Log {
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, unknown>>

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }
