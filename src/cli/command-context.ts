import type { Environment } from "../server/read-variables.ts"

/** What a command is given by whoever runs it. */
export interface CommandContext {
  readonly env: Environment
  readonly directory: string
  /** One JSON document instead of prose. */
  readonly isJson: boolean
  readonly isTerminal: boolean
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
}
