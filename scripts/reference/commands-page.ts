import { compileCache } from "../../test/compile-cache.ts"
import { runCommand } from "../run-command.ts"
import { code, fence, page } from "./markdown.ts"

interface Help {
  /** What stands after `linklatch`: empty for the program itself. */
  readonly words: readonly string[]
  readonly text: string
}

/** What `--help` says, of the program and of each command. */
export async function commandsPage(): Promise<string> {
  const helps = await readHelp([])
  const [program, ...commands] = helps
  return page(
    "# Commands",
    "What `--help` says. In a project that has Linklatch as a dependency, put `npx` in front. What the exit codes mean: [errors](../errors.md#exit-codes).",
    fence("text", program?.text ?? ""),
    ...commands.map(({ words, text }) => page(`## ${code(words.join(" "))}`, fence("text", text)).trim()),
  )
}

async function readHelp(words: readonly string[]): Promise<Help[]> {
  const { exitCode, output } = await runCommand("node", ["bin/linklatch.mjs", ...words, "--help"], {
    env: { NO_COLOR: "1", COLUMNS: "100", NODE_COMPILE_CACHE: compileCache },
  })
  if (exitCode !== 0) throw new Error(`linklatch ${words.join(" ")} --help ended with ${exitCode}: ${output}`)
  const help = { words, text: output.trim() }
  const inner: Help[] = []
  for (const name of commandNames(output)) inner.push(...(await readHelp([...words, name])))
  return [help, ...inner]
}

// Commander lists a command as two blanks, its name, what it takes, and what it is for; groups have headings of their own.
const NO_COMMANDS = /^(?:Options|Global Options|Arguments|Examples)$/

function commandNames(help: string): readonly string[] {
  let isList = false
  const names: string[] = []
  for (const line of help.split("\n")) {
    const heading = /^([A-Z].*):$/.exec(line)?.[1]
    if (heading !== undefined) isList = !NO_COMMANDS.test(heading)
    else if (isList) names.push(/^ {2}([a-z][a-z-]*)/.exec(line)?.[1] ?? "")
  }
  return names.filter((name) => name !== "" && name !== "help")
}
