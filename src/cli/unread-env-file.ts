import { existsSync } from "node:fs"
import { join } from "node:path"
import type { CommandContext } from "./command-context.ts"
import { ENV_FILE } from "./env-file/read-env-file.ts"

/** What to say where settings are missing, and a file that may hold them was not read; else null. */
export function unreadEnvFile({ directory, envFile }: Pick<CommandContext, "directory" | "envFile">): string | null {
  if (envFile !== null || !existsSync(join(directory, ENV_FILE))) return null
  return `The ${ENV_FILE} of this folder was not read: --env-file ${ENV_FILE} reads it.`
}
