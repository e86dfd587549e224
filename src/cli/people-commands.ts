import type { Command } from "commander"
import { acting, defineCommand, something, wholeNumber } from "./define-command.ts"
import type { UsersEraseOptions } from "./erase/users-erase.ts"
import type { SessionsListOptions } from "./sessions-list.ts"
import type { SessionsRevokeOptions } from "./sessions-revoke.ts"
import type { UsersDisableOptions } from "./users-disable.ts"
import type { UsersListOptions } from "./users-list.ts"
import type { StoreOptions } from "./with-store.ts"

type Exit = (code: number) => void

const DEV = ["--dev", "the database of `linklatch dev`"] as const
const YES = ["-y, --yes", "don't ask"] as const
const WHOM = ["<user>", "a mail address, or a user's id"] as const

/** The commands that look after people: who there is, and where they are signed in. */
export function definePeopleCommands(program: Command, exit: Exit): void {
  const users = program.command("users").description("list, show, disable, enable and erase users")
  defineUsersList(users, exit)
  defineUsersShow(users, exit)
  defineUsersDisable(users, exit)
  defineUsersErase(users, exit)
  const sessions = program.command("sessions").description("list and end sessions")
  defineSessionsList(sessions, exit)
  defineSessionsRevoke(sessions, exit)
}

function defineUsersList(users: Command, exit: Exit): void {
  const examples = `
  $ linklatch users list
  $ linklatch users list --search ada --limit 10
  $ linklatch users list --all --json | jq -r '.users[].email'`
  defineCommand(users, "list", "list users by address", examples)
    .option("--limit <n>", "how many", wholeNumber(1), 50)
    .option("--all", "every one, however many there are")
    .option("--after <address>", "go on after this address", something)
    .option("--search <prefix>", "only addresses that begin like this", something)
    .option("--disabled", "only users who are disabled")
    .option(...DEV)
    .action(
      acting<UsersListOptions>(exit, async (context, { options }) =>
        (await import("./users-list.ts")).usersListCommand(context, options),
      ),
    )
}

function defineUsersShow(users: Command, exit: Exit): void {
  const examples = `
  $ linklatch users show ada@example.com`
  defineCommand(users, "show", "show a user, their ways in and live sessions", examples)
    .argument(...WHOM)
    .option(...DEV)
    .action(
      acting<StoreOptions>(exit, async (context, { operands: [whom = ""], options }) =>
        (await import("./users-show.ts")).usersShowCommand(context, whom, options),
      ),
    )
}

function defineUsersDisable(users: Command, exit: Exit): void {
  for (const [name, says] of [
    ["disable", "end every session and link of a user, and let nobody in with their address"],
    ["enable", "let a user sign in again"],
  ] as const) {
    const isDisabled = name === "disable"
    defineCommand(users, name, says, `\n  $ linklatch users ${name} ada@example.com --yes`)
      .argument(...WHOM)
      .option(...YES)
      .option(...DEV)
      .action(
        acting<UsersDisableOptions>(exit, async (context, { operands: [whom = ""], options }) =>
          (await import("./users-disable.ts")).usersDisableCommand(context, { whom, isDisabled }, options),
        ),
      )
  }
}

function defineUsersErase(users: Command, exit: Exit): void {
  const examples = `
  $ linklatch users erase ada@example.com
  $ linklatch users erase ada@example.com --yes --json
  $ linklatch users erase --replay`
  defineCommand(
    users,
    "erase",
    "delete all that is known about a person, for good; the audit log keeps what happened",
    examples,
  )
    .argument("[user]", "a mail address, of a user or not, or a user's id")
    .option("--replay", "erase again everybody in the journal, after a backup was restored")
    .option("--no-journal", "note nothing: a restored backup brings the person back")
    .option("--rewrite", "write the database's files anew however large they are; without a user that is all it does")
    .option("--no-rewrite", "never do so, and leave what may be left")
    .option(...YES)
    .option(...DEV)
    .action(
      acting<UsersEraseOptions>(exit, async (context, { operands: [whom], options }) =>
        (await import("./erase/users-erase.ts")).usersEraseCommand(context, whom, options),
      ),
    )
}

function defineSessionsList(sessions: Command, exit: Exit): void {
  const examples = `
  $ linklatch sessions list
  $ linklatch sessions list --user ada@example.com`
  defineCommand(sessions, "list", "list live sessions, newest first", examples)
    .option("--user <user>", "only those of this address or user id", something)
    .option("--limit <n>", "how many", wholeNumber(1), 50)
    .option("--all", "every one, however many there are")
    .option(...DEV)
    .action(
      acting<SessionsListOptions>(exit, async (context, { options }) =>
        (await import("./sessions-list.ts")).sessionsListCommand(context, options),
      ),
    )
}

function defineSessionsRevoke(sessions: Command, exit: Exit): void {
  const examples = `
  $ linklatch sessions revoke 019aa5c2-77b2-7e62-8b53-5f0d3f7f9a11
  $ linklatch sessions revoke --user ada@example.com --all`
  defineCommand(sessions, "revoke", "end sessions at once", examples)
    .argument("[ids...]", "ids of sessions, as `sessions list` shows them")
    .option("--user <user>", "only those of this address or user id", something)
    .option("--all", "with --user: every session, and every link and code that is out")
    .option(...YES)
    .option(...DEV)
    .action(
      acting<SessionsRevokeOptions>(exit, async (context, { operands, options }) =>
        (await import("./sessions-revoke.ts")).sessionsRevokeCommand(context, operands, options),
      ),
    )
}
