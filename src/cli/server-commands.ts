import type { Command } from "commander"
import { acting, defineCommand, something } from "./define-command.ts"
import type { DoctorOptions } from "./doctor.ts"
import type { MigrateOptions } from "./migrate.ts"
import type { MoveOptions } from "./move/move.ts"
import type { WitnessFlags } from "./witness.ts"

const DEV_EXAMPLES = `
  $ linklatch dev                        with the settings of .env, if there is one here
  $ linklatch dev --no-env-file
  $ PORT=4000 ADMIN_EMAILS=you@example.com linklatch dev`

const SERVE_EXAMPLES = `
  $ linklatch serve --env-file /etc/linklatch.env
  $ PUBLIC_BASE_URL=https://login.example.com LINKLATCH_SECRET_FILE=/run/secrets/linklatch \\
    SMTP_URL=smtps://user:password@mail.example.com MAIL_FROM="Example <login@example.com>" linklatch serve

Every setting is an environment variable, also as NAME_FILE. \`linklatch doctor\` lists them all.
It reads no .env unless --env-file names one.`

const MIGRATE_EXAMPLES = `
  $ DATABASE_URL=sqlite:/var/lib/linklatch/linklatch.db linklatch migrate
  $ DATABASE_URL=postgres://owner:password@db.example.com/auth linklatch migrate --dry-run > migrations.sql
  $ linklatch migrate --dev`

const MOVE_EXAMPLES = `
  $ linklatch move --from sqlite:/var/lib/linklatch/linklatch.db --to postgres://owner@db.example.com/auth
  $ linklatch move --to sqlite:copy.db --json
  $ linklatch move --from sqlite:linklatch.db --to postgres://owner@db.example.com/auth --verify-only

Stop the servers first. After a crash the same command goes on where it was.
A password may stay out of the URL: PostgreSQL's ~/.pgpass and PGPASSWORD are read.`

const DOCTOR_EXAMPLES = `
  $ linklatch doctor --env-file .env
  $ linklatch doctor --send-test you@example.com
  $ linklatch doctor --client-address 10.0.0.5 --x-forwarded-for "203.0.113.7, 10.0.0.9"`

const WITNESS_EXAMPLES = `
  $ linklatch witness --name witness.example.org/w1 --log "login.example.com/auth/log+1a2b3c4d+AQ…"
  $ WITNESS_NAME=witness.example.org/w1 WITNESS_LOGS="$(cat logs.txt)" linklatch witness --listen 0.0.0.0:3001

Run it where those who can change the database can't go. Its first line of output has the key to give to the logs, for
AUDIT_WITNESSES. Each option is also read from WITNESS_LISTEN, WITNESS_NAME, WITNESS_STATE, WITNESS_KEY_FILE, WITNESS_LOGS.`

/** The commands that run the server and look after it. */
export function defineServerCommands(program: Command, exit: (code: number) => void): void {
  const { dev, serve, migrate } = {
    dev: defineCommand(program, "dev", "run for development: embedded database, mail in a page", DEV_EXAMPLES),
    serve: defineCommand(program, "serve", "run for production, configured by the environment", SERVE_EXAMPLES),
    migrate: defineCommand(program, "migrate", "bring the database's tables up to date", MIGRATE_EXAMPLES),
  }
  dev.action(acting(exit, async (context) => (await import("./dev.ts")).dev(context)))
  serve.action(acting(exit, async (context) => (await import("./serve.ts")).serve(context)))
  migrate
    .option("--dev", "the database of `linklatch dev`")
    .option("--dry-run", "print the SQL that would run, and run nothing")
    .action(
      acting<MigrateOptions>(exit, async (context, { options }) =>
        (await import("./migrate.ts")).migrate(context, options),
      ),
    )
  defineMove(program, exit)
  defineWitness(program, exit)
  defineCommand(program, "doctor", "show every setting and check what can be checked", DOCTOR_EXAMPLES)
    .option("--dev", "the settings of `linklatch dev`")
    .option("--send-test <address>", "send a test message there (no link in it)")
    .option("--client-address <peer>", "show which client a request from this peer would count as")
    .option("--x-forwarded-for <list>", "with --client-address: the header that the request carries")
    .action(
      acting<DoctorOptions>(exit, async (context, { options }) =>
        (await import("./doctor.ts")).doctor(context, options),
      ),
    )
}

function defineWitness(program: Command, exit: (code: number) => void): void {
  defineCommand(
    program,
    "witness",
    "run a witness: it signs what other sites' audit logs have become",
    WITNESS_EXAMPLES,
  )
    .option(
      "--listen <host:port>",
      "where it listens, in clear: put a proxy with https in front (default: 127.0.0.1:3001)",
      something,
    )
    .option("--name <name>", "its name, as witness.example.org/w1", something)
    .option("--state <file>", "what it has signed last, of each log (default: witness.db)", something)
    .option("--key-file <file>", "its key, made where there is none (default: witness.key)", something)
    .option("--new-state", "begin with nothing signed, with a key that was made elsewhere")
    .option("--log <vkey>", "the verifier key of a log that it witnesses; give it again for more", oneMore)
    .action(
      acting<WitnessFlags>(exit, async (context, { options }) =>
        (await import("./witness.ts")).witnessCommand(context, options),
      ),
    )
}

function oneMore(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), something(text)]
}

function defineMove(program: Command, exit: (code: number) => void): void {
  defineCommand(program, "move", "move everything into another database, and compare the two", MOVE_EXAMPLES)
    .option("--from <url>", "where it is now (default: DATABASE_URL)", something)
    .requiredOption("--to <url>", "where it goes: sqlite:path, or postgres://…", something)
    .option("--verify-only", "compare the two, and change nothing")
    .action(
      acting<MoveOptions>(exit, async (context, { options }) =>
        (await import("./move/move.ts")).moveCommand(context, options),
      ),
    )
}
