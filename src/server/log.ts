import { destination, pino } from "pino"
import type { Log, LogFields } from "../core/log.ts"
import { type Cleaning, cleanFields } from "./log-fields.ts"
import { prettyLine } from "./pretty-line.ts"
import { createScrub } from "./scrub.ts"
import type { LogLevel, Mode } from "./server-config.ts"

/** The server's log: a `Log` for the library, and what a process needs beside. */
export interface ServerLog extends Log {
  debug(event: string, fields?: LogFields): void
  /** Resolves when what was waiting is written, or after half a second; for the moment before the process ends. */
  flush(): Promise<void>
}

export interface ServerLogOptions {
  readonly mode: Mode
  readonly level: LogLevel
  /** Secrets of this configuration, to be found wherever they turn up. */
  readonly secrets: readonly string[]
  /** One readable line for a person at a terminal instead of JSON. */
  readonly isPretty?: boolean
  /** Where lines go; standard output unless a test wants them. */
  readonly write?: (line: string) => void
}

/** The one event that may carry a link: a developer without mail signs in with it. It doesn't exist in production. */
const DEVELOPMENT_LINK_EVENT = "magic_link_dev_fallback"
// When nobody reads the pipe, lines are dropped rather than memory filled (LOG-7).
const MAX_WAITING_BYTES = 16 * 1024 * 1024
const FLUSH_PATIENCE = 500

/** One JSON line per event: `time`, `level`, the fields, `event`. Nothing that comes in can end the line or hide in it. */
export function createLog(options: ServerLogOptions): ServerLog {
  const { write, flush } = openOutput(options.write)
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: "event",
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(options.isPretty ? prettyLine(line) : oneLine(line)) },
  )
  const withStack = options.level === "debug"
  const scrubbed = { scrub: createScrub(options.secrets), withStack }
  const clear = { scrub: (text: string) => text, withStack }
  const at =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      const mayShowLink = event === DEVELOPMENT_LINK_EVENT && options.mode === "development"
      logger[level](safeFields(fields, mayShowLink ? clear : scrubbed), "%s", scrubbed.scrub(event))
    }
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), flush }
}

// A field that can't be read must not throw into what was being logged.
function safeFields(fields: LogFields, cleaning: Cleaning): Record<string, unknown> {
  try {
    return cleanFields(fields, cleaning)
  } catch {
    return { fields: "[unreadable]" }
  }
}

// Asynchronous, so that a slow reader of the log doesn't make people wait for their page.
function openOutput(write: ServerLogOptions["write"]): { write: (line: string) => void; flush: () => Promise<void> } {
  if (write !== undefined) return { write, flush: () => Promise.resolve() }
  // `minLength`: without one, `flush` says at once that it is done, and the last lines come in any order, or never.
  const output = destination({ dest: 1, sync: false, minLength: 1, maxLength: MAX_WAITING_BYTES })
  // A reader that went away (EPIPE) must not take the server with it.
  output.on("error", () => undefined)
  return { write: (line) => void output.write(line), flush: () => flushInTime(output) }
}

// Never `flushSync`: when the reader of the pipe is gone it tries for ever, and the process could not end.
function flushInTime(output: ReturnType<typeof destination>): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(resolve, FLUSH_PATIENCE)
    output.flush(() => {
      clearTimeout(giveUp)
      resolve()
    })
  })
}

// JSON leaves these as they are, though terminals obey the first and many readers break lines at the others (LOG-5).
const UNESCAPED = /[\u007f-\u009f\u2028\u2029]/g

function oneLine(line: string): string {
  return line.replace(UNESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
}
