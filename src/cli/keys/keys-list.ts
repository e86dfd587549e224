import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { printError } from "../print-error.ts"
import { findSecrets } from "./find-secrets.ts"
import { secretLine, showSecrets } from "./secret-lines.ts"

/** Shows which secrets there are, by position, length and fingerprint; never a secret. */
export async function keysListCommand(context: CommandContext, envFile: string | undefined): Promise<number> {
  const found = findSecrets(context, envFile)
  if (found.status === "missing") return printError(context, { code: "no_secret", message: found.problem })
  const { shown, secrets } = found.place
  const list = showSecrets(secrets)
  if (context.isJson) context.print(JSON.stringify({ place: shown, secrets: list }))
  else context.print([`LINKLATCH_SECRET in ${shown}`, ...list.map(secretLine)].join("\n"))
  return exitCodes.ok
}
