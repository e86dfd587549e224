import { type Command, InvalidArgumentError } from "commander"
import type { VerifierKey } from "../../core/notes/verifier-key.ts"
import type { PruneLimit } from "../../core/verifying/plan-prune.ts"
import { acting, defineCommand, something } from "../define-command.ts"
import type { AuditCheckProofOptions } from "./check-proof.ts"
import type { AuditKeysOptions } from "./keys.ts"
import { readKeyOf } from "./known-keys.ts"
import type { AuditProveOptions } from "./prove.ts"
import type { AuditPruneOptions } from "./prune.ts"
import { readTime } from "./read-time.ts"
import type { AuditVerifyOptions } from "./verify.ts"

type Exit = (code: number) => void

const DEV = ["--dev", "the database of `linklatch dev`"] as const
const YES = ["-y, --yes", "don't ask"] as const
const DATABASE = [
  "--database <url>",
  "another database than DATABASE_URL: a copy, as sqlite:copy.db",
  something,
] as const
const FORMER = [
  "--former <name>",
  "leave checkpoints of this name out, which the log gave up; may be given often",
  many,
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
  defineProve(audit, exit)
  defineCheckProof(audit, exit)
  definePrune(audit, exit)
  defineKeys(audit, exit)
}

function defineVerify(audit: Command, exit: Exit): void {
  const examples = `
  $ linklatch audit verify --checkpoint /var/lib/linklatch-log/checkpoints
  $ linklatch audit verify --database sqlite:copy.db --key login.example.com/auth/log+530d903a+AekyeRrm…
  $ linklatch audit verify --json | jq .first`
  defineCommand(audit, "verify", "make everything anew that the log claims, and say whether it is so", examples)
    .option(
      "--checkpoint <file>",
      "checkpoints kept outside, instead of AUDIT_CHECKPOINT_FILE; may be given often",
      many,
    )
    .option(...FORMER)
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

function defineProve(audit: Command, exit: Exit): void {
  const examples = `
  $ linklatch audit prove 019aa5c2-77b2-7e62-8b53-5f0d3f7f9a11 --output sign-in.tlog-proof
  $ linklatch audit prove '#12345'`
  defineCommand(audit, "prove", "write a proof that an event is in the log, which stands alone", examples)
    .argument("<event>", "its id, as `audit tail --json` shows it, or #INDEX")
    .option("--output <file>", "write it there, and not to standard output", something)
    .option(...KEY)
    .option(...DATABASE)
    .option(...DEV)
    .action(
      acting<AuditProveOptions>(exit, async (context, { operands: [which = ""], options }) =>
        (await import("./prove.ts")).auditProveCommand(context, which, options),
      ),
    )
}

function defineCheckProof(audit: Command, exit: Exit): void {
  const examples = `
  $ linklatch audit check-proof sign-in.tlog-proof --key login.example.com/auth/log+530d903a+AekyeRrm…`
  defineCommand(audit, "check-proof", "check a proof, with the log's key and nothing else", examples)
    .argument("<file>", "the proof; - for standard input")
    .option(...KEY)
    .option(...WITNESS_KEY)
    .option(...DEV)
    .action(
      acting<AuditCheckProofOptions>(exit, async (context, { operands: [path = ""], options }) =>
        (await import("./check-proof.ts")).auditCheckProofCommand(context, path, options),
      ),
    )
}

function definePrune(audit: Command, exit: Exit): void {
  const examples = `
  $ linklatch audit prune --before 2026-01-01 --checkpoint /var/lib/linklatch-log/checkpoints
  $ linklatch audit prune --before '#500000' --checkpoint checkpoints --yes`
  defineCommand(audit, "prune", "delete the oldest events for good; what is left still verifies", examples)
    .requiredOption("--before <time|index>", "the first that stays, as 2026-01-01 or #INDEX", readLimit)
    .option(
      "--checkpoint <file>",
      "checkpoints kept outside, which cover what goes, instead of AUDIT_CHECKPOINT_FILE; may be given often",
      many,
    )
    .option(...FORMER)
    .option("--no-outside", "do without: nobody can tell afterwards what was there")
    .option(...KEY)
    .option(...YES)
    .option(...DEV)
    .action(
      acting<AuditPruneOptions>(exit, async (context, { options }) =>
        (await import("./prune.ts")).auditPruneCommand(context, options),
      ),
    )
}

function defineKeys(audit: Command, exit: Exit): void {
  const examples = `
  $ linklatch audit keys
  $ linklatch audit keys --json | jq -r .current`
  defineCommand(audit, "keys", "print the log's name and public keys, for whoever verifies it", examples)
    .option(...DEV)
    .action(
      acting<AuditKeysOptions>(exit, async (context, { options }) =>
        (await import("./keys.ts")).auditKeysCommand(context, options),
      ),
    )
}

function readLimit(text: string): PruneLimit {
  // Not without the mark: `--before 2026` is meant as a year.
  const [, index] = /^#(\d{1,15})$/.exec(text) ?? []
  const at = readTime(text)
  if (index !== undefined) return { index: Number(index) }
  if (at !== null) return { at }
  throw new InvalidArgumentError("Write a time as 2026-01-01 or 2026-01-01T13:04:05Z, or an index as #500000.")
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
