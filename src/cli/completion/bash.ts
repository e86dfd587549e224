import { type CommandNode, casePatterns, steps, valueOptions } from "./command-tree.ts"

/** For bash, from 3.2 on, which Macs have. */
export function bashCompletion(nodes: readonly CommandNode[]): string {
  const choices = valueOptions(nodes, ["choices"])
  return `# linklatch for bash. Now: source <(linklatch completion bash)
# For good: linklatch completion bash > ~/.local/share/bash-completion/completions/linklatch
_linklatch() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at=linklatch words="" flags="" i
  # bash takes "--mail=smtp" for three words.
  if [[ $cur == "=" ]]; then cur=""
  elif [[ $prev == "=" ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${casePatterns(steps(nodes))}) at="$at \${COMP_WORDS[i]}" ;;
      ${casePatterns(valueOptions(nodes, ["choices", "path", "any"]).map(({ at }) => at))}) ((i++)) ;;
    esac
  done
  case "$at $prev" in
${choices.map(({ at, option }) => `    "${at}") words="${option.choices.join(" ")}" ;;`).join("\n")}
    ${casePatterns(valueOptions(nodes, ["path"]).map(({ at }) => at))})
      local IFS=$'\\n'
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$cur"))
      return ;;
    ${casePatterns(valueOptions(nodes, ["any"]).map(({ at }) => at))}) return ;;
    *)
      case "$at" in
${nodes.map((node) => `        "${node.path}") words="${wordsOf(node)}" flags="${flagsOf(node)}" ;;`).join("\n")}
      esac
      if [[ $cur == -* || -z $words ]]; then words=$flags; fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _linklatch linklatch
`
}

function wordsOf({ commands, choices }: CommandNode): string {
  return [...commands.map(({ name }) => name), ...choices].join(" ")
}

function flagsOf({ options }: CommandNode): string {
  return options.flatMap(({ names }) => names).join(" ")
}
