import type { Command } from "commander"
import { bashCompletion } from "./bash.ts"
import { readCommandTree } from "./command-tree.ts"
import { fishCompletion } from "./fish.ts"
import { zshCompletion } from "./zsh.ts"

export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

/** The script that completes this program's commands, options and their choices in a shell. */
export function completionScript(program: Command, shell: Shell): string {
  return scripts[shell](readCommandTree(program))
}
