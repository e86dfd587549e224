import type { Environment } from "../server/read-variables.ts"

/** What a command is given by whoever runs it. */
export interface CommandContext {
  /** The environment, filled up from `envFile`. */
  readonly env: Environment
  /** The file that settings were read from, or null. */
  readonly envFile: string | null
  readonly directory: string
  /** One JSON document instead of prose. */
  readonly isJson: boolean
  readonly isTerminal: boolean
  /** Somebody sits there who can be asked. */
  readonly canAsk: boolean
  readonly print: (text: string) => void
  readonly printError: (text: string) => void
  /** Prints a piece of something long, as it is. False once nobody reads any more, as behind `| head`: stop. */
  readonly stream: (text: string) => Promise<boolean>
}
