import { existsSync } from "node:fs"
import { resolve } from "node:path"
import type { CommandContext } from "../command-context.ts"
import { readEnvText } from "../env-file/env-text.ts"
import { ENV_FILE } from "../env-file/read-env-file.ts"
import { type ReadFile, readForChange } from "../env-file/write-file-whole.ts"

/** Where LINKLATCH_SECRET stands. */
export type SecretPlace =
  /** A file that holds nothing else. */
  | {
      readonly kind: "secret_file"
      readonly shown: string
      readonly file: ReadFile
      readonly secrets: readonly string[]
    }
  | { readonly kind: "env_file"; readonly shown: string; readonly file: ReadFile; readonly secrets: readonly string[] }
  /** It can be looked at, and only whoever set it can change it. */
  | { readonly kind: "environment"; readonly shown: string; readonly secrets: readonly string[] }

export type SecretOutcome =
  | { readonly status: "found"; readonly place: SecretPlace }
  | { readonly status: "missing"; readonly problem: string }

const NAME = "LINKLATCH_SECRET"

/** Finds what the server would read: a file that was named comes first, then the environment, then `.env` of this folder. */
export function findSecrets(context: CommandContext, named: string | undefined): SecretOutcome {
  if (named !== undefined) return fromEnvFile(context, named)
  const { [NAME]: value = "", [`${NAME}_FILE`]: file = "" } = context.env
  if (file.trim() !== "") return fromSecretFile(context, file.trim())
  if (value.trim() !== "")
    return { status: "found", place: { kind: "environment", shown: "the environment", secrets: splitSecrets(value) } }
  if (existsSync(resolve(context.directory, ENV_FILE))) return fromEnvFile(context, ENV_FILE)
  const problem = `${NAME} is not set, and there is no ${ENV_FILE} here. Name a file with --env-file, or make one: linklatch init`
  return { status: "missing", problem }
}

function splitSecrets(text: string): readonly string[] {
  return text
    .split(",")
    .map((secret) => secret.trim())
    .filter((secret) => secret !== "")
}

function fromEnvFile(context: CommandContext, path: string): SecretOutcome {
  const file = readForChange(resolve(context.directory, path))
  if (file.text === null) return { status: "missing", problem: `There is no file ${path}. Make one: linklatch init` }
  const values = readEnvText(file.text)
  const secretFile = values[`${NAME}_FILE`]?.trim() ?? ""
  if (secretFile !== "") return fromSecretFile(context, secretFile)
  const secrets = splitSecrets(values[NAME] ?? "")
  if (secrets.length > 0) return { status: "found", place: { kind: "env_file", shown: path, file, secrets } }
  return { status: "missing", problem: `${path} sets no ${NAME}. To add one: linklatch init --file ${path}` }
}

function fromSecretFile(context: CommandContext, path: string): SecretOutcome {
  const file = readForChange(resolve(context.directory, path))
  const secrets = splitSecrets(file.text ?? "")
  if (secrets.length > 0) return { status: "found", place: { kind: "secret_file", shown: path, file, secrets } }
  return { status: "missing", problem: `The file that ${NAME}_FILE names doesn't exist or holds no secret.` }
}
