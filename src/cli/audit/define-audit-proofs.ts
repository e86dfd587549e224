import { type Command, InvalidArgumentError } from "commander"
import type { VerifierKey } from "../../core/notes/verifier-key.ts"
import { acting, defineCommand, something } from "../define-command.ts"
import { readKeyOf } from "./known-keys.ts"
import type { AuditVerifyOptions } from "./verify.ts"

type Exit = (code: number) => void

const DEV = ["--dev", "the database of `linklatch dev`"] as const
const DATABASE = [
  "--database <url>",
  "another database than DATABASE_URL: a copy, as sqlite:copy.db",
  something,
] as const
const KEY = [
  "--key <vkey>",
  "a key of the log beside those of the settings; may be given often",
  manyKeys("log"),
] as const
const WITNESS_KEY = [
  "--witness-key <vkey>",
  "a key of a witness whose signature counts; may be given often",
  manyKeys("witness"),
] as const

/** `linklatch audit verify`, `prove`, `check-proof`, `prune` and `keys`. */
export function defineAuditProofs(audit: Command, exit: Exit): void {
  defineVerify(audit, exit)
}

function defineVerify(audit: Command, exit: Exit): void {
  const examples = `
  $ linklatch audit verify --checkpoint /var/lib/linklatch-log/checkpoints
  $ linklatch audit verify --database sqlite:copy.db --key login.example.com/auth/log+530d903a+AekyeRrm…
  $ linklatch audit verify --json | jq .first`
  defineCommand(audit, "verify", "make everything anew that the log claims, and say whether it is so", examples)
    .option("--checkpoint <file>", "checkpoints kept outside; may be given often", many)
    .option(...KEY)
    .option(...WITNESS_KEY)
    .option(...DATABASE)
    .option(...DEV)
    .action(
      acting<AuditVerifyOptions>(exit, async (context, { options }) =>
        (await import("./verify.ts")).auditVerifyCommand(context, options),
      ),
    )
}

function many(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, something(text)]
}

function manyKeys(signer: "log" | "witness") {
  return (text: string, before: readonly VerifierKey[] = []): readonly VerifierKey[] => {
    const key = readKeyOf(signer, text)
    if (key === null) throw new InvalidArgumentError(`It is no vkey of a ${signer}, as name+id+key.`)
    return [...before, key]
  }
}
