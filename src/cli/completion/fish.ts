import { type CommandNode, type OptionNode, steps, valueOptions } from "./command-tree.ts"

/** For fish, with what each word does beside it. */
export function fishCompletion(nodes: readonly CommandNode[]): string {
  return `# linklatch for fish: linklatch completion fish > ~/.config/fish/completions/linklatch.fish
function __linklatch_at
    set -l at linklatch
    set -l is_value 0
    for word in (commandline -opc)[2..-1]
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch "$at $word"
            case ${quoted(steps(nodes))}
                set at "$at $word"
            case ${quoted(valueOptions(nodes, ["choices", "path", "any"]).map(({ at }) => at))}
                set is_value 1
        end
    end
    test "$at" = "$argv[1]"
end
complete -c linklatch -f
${nodes.flatMap(lines).join("\n")}
`
}

function lines({ path, commands, choices, options }: CommandNode): readonly string[] {
  const start = `complete -c linklatch -n '__linklatch_at "${path}"'`
  return [
    ...commands.map(({ name, says }) => `${start} -a ${name} -d ${quote(says)}`),
    ...choices.map((choice) => `${start} -a ${choice}`),
    ...options.map((option) => `${start}${names(option)}${value(option)} -d ${quote(option.says)}`),
  ]
}

function names({ names: all }: OptionNode): string {
  return all.map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`)).join("")
}

function value(option: OptionNode): string {
  if (option.value === "none") return ""
  if (option.value === "path") return " -r -F"
  return option.value === "choices" ? ` -x -a ${quote(option.choices.join(" "))}` : " -x"
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
}

function quoted(words: readonly string[]): string {
  return words.map(quote).join(" ")
}
