import type { ReadEvent } from "./exported-event.ts"

/** True where a command did it: who ran it then stands in the place of the browser (src/cli/command-client.ts). */
export function isCommand({ type, detail }: ReadEvent): boolean {
  return !type.includes(".") && detail["by"] === "cli"
}
