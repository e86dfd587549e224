import { type CommandNode, casePatterns, steps, valueOptions } from "./command-tree.ts"

/** For zsh, with what each word does beside it. */
export function zshCompletion(nodes: readonly CommandNode[]): string {
  const choices = valueOptions(nodes, ["choices"])
  return `#compdef linklatch
# linklatch for zsh. Now: source <(linklatch completion zsh)
# For good: linklatch completion zsh > _linklatch, in a folder of $fpath
_linklatch() {
  local at=linklatch i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case "$at $words[i]" in
      ${casePatterns(steps(nodes))}) at="$at $words[i]" ;;
      ${casePatterns(valueOptions(nodes, ["choices", "path", "any"]).map(({ at }) => at))}) ((i++)) ;;
    esac
  done
  case "$at $words[CURRENT-1]" in
${choices.map(({ at, option }) => `    "${at}") compadd -- ${option.choices.join(" ")}; return ;;`).join("\n")}
    ${casePatterns(valueOptions(nodes, ["path"]).map(({ at }) => at))}) _files; return ;;
    ${casePatterns(valueOptions(nodes, ["any"]).map(({ at }) => at))}) return ;;
  esac
  case "$at" in
${nodes.map(entries).join("\n")}
  esac
  if [[ $words[CURRENT] == -* || \${#commands} == 0 ]]; then _describe -o -t options option options
  else _describe -t commands command commands
  fi
}
if [[ $funcstack[1] == _linklatch ]]; then _linklatch "$@"; else compdef _linklatch linklatch; fi
`
}

function entries({ path, commands, choices, options }: CommandNode): string {
  const words = [
    ...commands.map(({ name, says }) => described(name, says)),
    ...choices.map((choice) => described(choice, "")),
  ]
  const flags = options.flatMap(({ names, says }) => names.map((name) => described(name, says)))
  return `    "${path}")
      commands=(${words.join(" ")})
      options=(${flags.join(" ")}) ;;`
}

// In single quotes; a colon ends the word.
function described(word: string, says: string): string {
  const text = [word, says].map((part) => part.replaceAll(":", "\\:").replaceAll("'", "'\\''"))
  return `'${says === "" ? text[0] : text.join(":")}'`
}
