import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Argument, type CallExpression, type Expression, type Node, parseSync, Visitor } from "oxc-parser"
import { projectRoot } from "../run-command.ts"

/** A sentence by which the code says what is wrong with the configuration, `…` where a value is set in. */
export interface FaultSentence {
  readonly file: string
  readonly text: string
}

// The functions that take "what is wrong" as an argument, and where in their list it stands.
const TELLERS: Readonly<Record<string, number>> = { add: 1, fault: 1, unusable: 1, failed: 0 }
// Valibot's, in the table of settings: the message is their last argument.
const SCHEMAS = new Set(["check", "regex", "picklist", "maxValue"])
const SETTINGS = "src/server/variables.ts"

/** Every such sentence in the source: `{ problem: "…" }`, `const problem = "…"`, and the arguments of the few that collect them. */
export function readFaults(): readonly FaultSentence[] {
  const files = globSync("src/**/*.ts", { cwd: projectRoot }).filter((file) => !file.endsWith(".test.ts"))
  const found = files.sort().flatMap((file) => readFile(file).map((text) => ({ file, text })))
  return [...new Map(found.map((fault) => [fault.text, fault])).values()]
}

function readFile(file: string): readonly string[] {
  const text = readFileSync(join(projectRoot, file), "utf8")
  const found: (string | null)[] = []
  const visitor = new Visitor({
    Property: ({ key, value }) => {
      if ("name" in key && key.name === "problem") found.push(...sentences(value))
    },
    VariableDeclarator: ({ id, init }) => {
      const isProblem = "name" in id && id.name === "problem"
      const isPair =
        id.type === "ArrayPattern" && id.elements.some((one) => one !== null && "name" in one && one.name === "problem")
      if (init !== null && (isProblem || isPair)) found.push(...sentences(init))
    },
    CallExpression: (call) => {
      const argument = toldArgument(call, file)
      if (argument !== undefined) found.push(...sentences(argument))
    },
  })
  visitor.visit(parseSync(file, text).program)
  // A word alone is a status or a code, never a sentence.
  return found.filter((sentence) => sentence?.includes(" ") === true).map(String)
}

function toldArgument({ callee, arguments: list }: CallExpression, file: string): Argument | undefined {
  const named = callee.type === "MemberExpression" ? callee.property : callee
  const name = named.type === "Identifier" ? named.name : ""
  if (file === SETTINGS && SCHEMAS.has(name)) return list.at(-1)
  const position = TELLERS[name]
  return position === undefined ? undefined : list[position]
}

function sentences(node: Expression | Argument | Node): readonly string[] {
  if (node.type === "Literal") return typeof node.value === "string" ? [node.value] : []
  if (node.type === "TemplateLiteral") return [node.quasis.map(({ value }) => value.cooked ?? "").join("…")]
  if (node.type === "ConditionalExpression") return [node.consequent, node.alternate].flatMap((one) => sentences(one))
  // [problem, cure]
  if (node.type === "ArrayExpression" && node.elements[0] != null) return sentences(node.elements[0])
  return []
}
