import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"
import { parseEnv } from "node:util"
import type { Environment } from "../../server/read-variables.ts"

export interface EnvFileOptions {
  readonly directory: string
  /** A path, or false for none. */
  readonly envFile: string | false | undefined
  readonly isDevelopment: boolean
}

export type EnvFileOutcome =
  /** `path` null: no file was read. */
  | { readonly status: "ready"; readonly env: Environment; readonly path: string | null }
  | { readonly status: "unreadable"; readonly env: Environment; readonly path: null; readonly problem: string }

/** Where settings may stand in a folder. */
export const ENV_FILE = ".env"

/**
 * The environment with the settings of a file behind it. Only development reads one unasked (decisions/022): what a
 * server runs on in production shall not depend on the folder that it is started in.
 */
export function readEnvFile(env: Environment, options: EnvFileOptions): EnvFileOutcome {
  const { directory, envFile, isDevelopment } = options
  const isFound = isDevelopment && existsSync(resolve(directory, ENV_FILE))
  const path = envFile ?? (isFound ? ENV_FILE : false)
  if (path === false) return { status: "ready", env, path: null }
  try {
    const values = parseEnv(readFileSync(resolve(directory, path), "utf8"))
    return { status: "ready", env: mergeEnv(env, values), path }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unreadable"
    return { status: "unreadable", env, path: null, problem: `The settings in ${path} can't be read (${code}).` }
  }
}

/** What is set in the environment wins, by NAME or by NAME_FILE; set and empty counts as not set, as everywhere. */
export function mergeEnv(env: Environment, values: Environment): Environment {
  const isSet = (name: string) => (env[name]?.trim() ?? "") !== ""
  const merged: Record<string, string | undefined> = { ...env }
  for (const [name, value] of Object.entries(values)) {
    const spellings = [name, `${name}_FILE`, name.replace(/_FILE$/, "")]
    if (!spellings.some(isSet)) merged[name] = value
  }
  return merged
}
