import { spawn } from "node:child_process"
import { once } from "node:events"
import { dirname, join } from "node:path"
import { projectRoot } from "../../scripts/run-command.ts"

export const VERIFY = join(projectRoot, "examples/verify-audit-log/verify.py")

/**
 * Lets functions of the verifier answer one question after the other, in one process: `answer` is an expression of Python, in which `verify` is the
 * module and `ask` the question.
 */
export async function askVerifier<Answer>(
  python: string,
  answer: string,
  questions: readonly unknown[],
): Promise<readonly Answer[]> {
  const program = `
import json, sys
sys.path.insert(0, ${JSON.stringify(dirname(VERIFY))})
sys.dont_write_bytecode = True
import verify
for line in sys.stdin:
    ask = json.loads(line)
    print(json.dumps(${answer}))
`
  const child = spawn(python, ["-c", program], { stdio: ["pipe", "pipe", "inherit"] })
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk))
  child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(""))
  const [code] = await once(child, "close")
  if (code !== 0) throw new Error(`Python ended with ${code}.`)
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer)
}
