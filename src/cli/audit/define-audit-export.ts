import { type Command, InvalidArgumentError, Option } from "commander"
import { acting, defineCommand, something, wholeNumber } from "../define-command.ts"
import type { AuditExportOptions } from "./export-options.ts"
import { readTime } from "./read-time.ts"

const FORMATS = ["ocsf", "ecs", "jsonl"] as const
const DEV = ["--dev", "the database of `linklatch dev`"] as const

/** `linklatch audit export`. `typeOption` is the option --type of all commands that read the log. */
export function defineAuditExport(audit: Command, exit: (code: number) => void, typeOption: Option): void {
  const examples = `
  $ linklatch audit export --format ocsf > audit.ocsf.jsonl
  $ linklatch audit export --format ecs --output audit.ecs.jsonl --resume
  $ linklatch audit export --format ocsf --syslog tls://siem.example.com --state siem.json --follow
  $ linklatch audit export --since 2026-11-01 --until 2026-12-01 --type session_created`
  defineCommand(audit, "export", "write the sealed log out for other programs, one JSON document a line", examples)
    .addOption(new Option("--format <format>", "OCSF, ECS, or lines of our own").choices(FORMATS).default("jsonl"))
    .option("--from <index>", "the first place in the log", wholeNumber(0))
    .option("--to <index>", "the last one", wholeNumber(0))
    .option("--since <time>", "only events from this time on, as 2026-11-21 or 2026-11-21T13:04Z", readTimeOption)
    .option("--until <time>", "only events before it", readTimeOption)
    .addOption(typeOption)
    .option("--output <file>", "append to this file", something)
    .option("--resume", "with --output: go on after the last record in it")
    .option("--syslog <url>", "send to udp://host, tcp://host or tls://host, as RFC 5424", something)
    .option("--state <file>", "keep in this file how far it came, and go on from there", something)
    .option("-f, --follow", "go on with events as they are sealed")
    .option("--show-emails", "mail addresses in clear, not as a…@example.com")
    .option(...DEV)
    .action(
      acting<AuditExportOptions>(exit, async (context, { options }) =>
        (await import("./export.ts")).auditExportCommand(context, options),
      ),
    )
}

function readTimeOption(text: string): number {
  const at = readTime(text)
  if (at !== null) return at
  throw new InvalidArgumentError("Write it as 2026-11-21 or 2026-11-21T13:04:05Z; a time without a zone is none.")
}
