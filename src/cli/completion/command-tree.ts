import type { Command, Option } from "commander"

/** What can be typed after a command, as it was declared: there is no second list to keep. */
export interface CommandNode {
  /** `linklatch users list` */
  readonly path: string
  readonly commands: readonly Described[]
  readonly options: readonly OptionNode[]
  /** Words that its arguments may be. */
  readonly choices: readonly string[]
}

export interface Described {
  readonly name: string
  readonly says: string
}

export interface OptionNode {
  /** `--number` and `-n`. */
  readonly names: readonly string[]
  readonly says: string
  /** What follows it: nothing, one of some words, a file, or anything. */
  readonly value: "none" | "choices" | "path" | "any"
  readonly choices: readonly string[]
}

/** A command and all below it, with the options of those above: the order is that of help. */
export function readCommandTree(command: Command, parentPath = ""): readonly CommandNode[] {
  const help = command.createHelp()
  const path = `${parentPath} ${command.name()}`.trim()
  const commands = help.visibleCommands(command)
  const node: CommandNode = {
    path,
    commands: commands.map((one) => ({ name: one.name(), says: one.description() })),
    options: [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].map(readOption),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }
  const below = command.commands.filter((one) => commands.includes(one))
  return [node, ...below.flatMap((one) => readCommandTree(one, path))]
}

function readOption({ short, long, description, argChoices, required, optional, flags }: Option): OptionNode {
  const takesValue = required || optional
  const value = !takesValue ? "none" : argChoices !== undefined ? "choices" : /<path>/.test(flags) ? "path" : "any"
  const names = [long, short].filter((name) => name !== undefined)
  return { names, says: description, value, choices: argChoices ?? [] }
}

/** Every `path word` after which the path is a longer one. */
export function steps(nodes: readonly CommandNode[]): readonly string[] {
  return nodes.slice(1).map(({ path }) => path)
}

/** Every `path option` that is followed by a value of the given kinds; `* option` where it is so behind any path. */
export function valueOptions(
  [root, ...below]: readonly CommandNode[],
  kinds: readonly OptionNode["value"][],
): readonly { readonly at: string; readonly option: OptionNode }[] {
  const everywhere = new Set(root?.options.flatMap(({ names }) => names))
  const read = (path: string, options: readonly OptionNode[]) =>
    options
      .filter(({ value }) => kinds.includes(value))
      .flatMap((option) => option.names.map((name) => ({ at: `${path} ${name}`, option })))
  const isOwn = ({ names }: OptionNode) => !names.some((name) => everywhere.has(name))
  return [...read("*", root?.options ?? []), ...below.flatMap(({ path, options }) => read(path, options.filter(isOwn)))]
}

/** Patterns of a `case` of bash and zsh. */
export function casePatterns(words: readonly string[]): string {
  return words.map((word) => (word.startsWith("* ") ? `*"${word.slice(1)}"` : `"${word}"`)).join(" | ")
}
