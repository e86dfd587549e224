import { type Command, InvalidArgumentError, Option } from "commander"
import { defineAuditExport } from "./audit/define-audit-export.ts"
import { defineAuditProofs } from "./audit/define-audit-proofs.ts"
import type { AuditTailOptions } from "./audit-tail.ts"
import { acting, defineCommand, something, wholeNumber } from "./define-command.ts"
import { eventTypes, isEventType } from "./event-types.ts"

type Exit = (code: number) => void

const DEV = ["--dev", "the database of `linklatch dev`"] as const

/** The commands about the audit log: what happened, and whether the log can be believed. */
export function defineAuditCommands(program: Command, exit: Exit): void {
  const audit = program.command("audit").description("read the audit log, and prove it")
  defineAuditTail(audit, exit)
  defineAuditExport(audit, exit, typeOption())
  defineAuditProofs(audit, exit)
}

function defineAuditTail(audit: Command, exit: Exit): void {
  const examples = `
  $ linklatch audit tail --follow
  $ linklatch audit tail -n 100 --type consume_failed
  $ linklatch audit tail --user ada@example.com --show-emails
  $ linklatch audit tail --follow --json | jq .type`
  defineCommand(audit, "tail", "print the newest events, one line each; with --json one document a line", examples)
    .option("-n, --number <n>", "how many", wholeNumber(0), 20)
    .option("-f, --follow", "go on with those that come")
    .addOption(typeOption())
    .option("--user <user>", "only those about this address or user id", something)
    .option("--show-emails", "mail addresses in clear, not as a…@example.com")
    .option(...DEV)
    .action(
      acting<AuditTailOptions>(exit, async (context, { options }) =>
        (await import("./audit-tail.ts")).auditTailCommand(context, options),
      ),
    )
}

function typeOption(): Option {
  return new Option("--type <type>", "only events of this type, or an application's, as shop.order_placed")
    .choices(eventTypes)
    .argParser(readEventType)
}

function readEventType(text: string): string {
  if (isEventType(text)) return text
  throw new InvalidArgumentError(`There is no such type. Ours are ${eventTypes.join(", ")}.`)
}
