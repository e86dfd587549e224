import { execFileSync } from "node:child_process"
import { basename, dirname, join } from "node:path"
import { readForChange, writeFileWhole } from "../env-file/write-file-whole.ts"

export type GitOutcome =
  | { readonly status: "ignored_already" | "no_repository" | "no_git" }
  | { readonly status: "added"; readonly lines: readonly string[] }
  /** git follows the file already: ignoring it changes nothing, and what was in it is in the history. */
  | { readonly status: "tracked" }

/** Makes git ignore a file of settings, and what Linklatch makes beside it. */
export function ignoreInGit(envFile: string): GitOutcome {
  const directory = dirname(envFile)
  const name = basename(envFile)
  const isThere = git(directory, ["rev-parse", "--is-inside-work-tree"])
  if (isThere === "no_git") return { status: "no_git" }
  if (isThere !== 0) return { status: "no_repository" }
  // `--no-index`, or a file that is tracked would count as not ignored, whatever is written.
  const isIgnored = (path: string) => git(directory, ["check-ignore", "--quiet", "--no-index", path]) === 0
  const made = { [name]: name, ".linklatch/": ".linklatch/secret", "linklatch.db*": "linklatch.db-wal" }
  const lines = Object.keys(made).filter((line) => !isIgnored(made[line] ?? line))
  if (lines.length > 0) addLines(join(directory, ".gitignore"), lines)
  if (git(directory, ["ls-files", "--error-unmatch", name]) === 0) return { status: "tracked" }
  return lines.length === 0 ? { status: "ignored_already" } : { status: "added", lines }
}

function addLines(path: string, lines: readonly string[]): void {
  const file = readForChange(path)
  const text = file.text ?? ""
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`
  writeFileWhole(file, `${start}${lines.join("\n")}\n`, file.text === null ? 0o644 : undefined)
}

/** The exit code of a question to git. */
function git(directory: string, args: readonly string[]): number | "no_git" {
  try {
    execFileSync("git", args, { cwd: directory, stdio: "ignore" })
    return 0
  } catch (cause) {
    const { status, code } = cause as { status?: number | null; code?: string }
    return code === "ENOENT" ? "no_git" : (status ?? 1)
  }
}
