import { readFileSync } from "node:fs"
import * as v from "valibot"
import type { FaultList } from "./setting-fault.ts"
import { type VariableName, type VariableValues, variableNames, variables } from "./variables.ts"

export type Environment = Readonly<Record<string, string | undefined>>

/** A variable as it was written, and where. */
export interface VariableText {
  readonly text: string
  /** The file that NAME_FILE names, or null where it stands in the environment itself. */
  readonly file: string | null
}

export type VariableTexts = ReadonlyMap<VariableName, VariableText>

/** What is set, by NAME or by NAME_FILE. An empty variable counts as not set: compose files and shells write them. */
export function readTexts(env: Environment, faults: FaultList): VariableTexts {
  const texts = new Map<VariableName, VariableText>()
  for (const name of variableNames) {
    const text = env[name]?.trim() ?? ""
    const file = env[`${name}_FILE`]?.trim() ?? ""
    if (text !== "" && file !== "") faults.add(name, `${name} and ${name}_FILE are both set.`, "Keep one of them.")
    else if (text !== "") texts.set(name, { text, file: null })
    else if (file !== "") readFile(name, file, texts, faults)
  }
  return texts
}

/** The values of all that has the right shape; what hasn't is a fault. */
export function readValues(texts: VariableTexts, faults: FaultList): VariableValues {
  const values: Partial<Record<VariableName, unknown>> = {}
  for (const [name, { text, file }] of texts) {
    const outcome = v.safeParse(variables[name].schema, text)
    if (outcome.success) values[name] = outcome.output
    else faults.add(file === null ? name : `${name}_FILE`, outcome.issues[0].message, variables[name].cure)
  }
  return values as VariableValues
}

function readFile(name: VariableName, file: string, texts: Map<VariableName, VariableText>, faults: FaultList): void {
  let text: string
  try {
    text = readFileSync(file, "utf8").trim()
  } catch (cause) {
    faults.add(
      `${name}_FILE`,
      // Not its name: it may be the secret itself, put into the wrong variable (P12).
      `The file that it names can't be read (${codeOf(cause)}).`,
      "Give the path of a file that this user may read.",
    )
    return
  }
  if (text === "") faults.add(`${name}_FILE`, "The file that it names is empty.", `Write the value of ${name} into it.`)
  else texts.set(name, { text, file })
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unreadable"
}
