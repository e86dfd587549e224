import type { CommandContext } from "./command-context.ts"

/** Says which migration runs, as one over a large table takes its time; programs are told only what came of it. */
export function migrationProgress(context: CommandContext, path: string): (name: string) => void {
  return (name) => {
    if (!context.isJson) context.printError(`${path}: running ${name} …`)
  }
}
