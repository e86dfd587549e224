import { Argument, type Command, Option } from "commander"
import type { SignUp } from "../core/options.ts"
import { completionScript, type Shell, shells } from "./completion/completion.ts"
import { acting, defineCommand, something, wholeNumber } from "./define-command.ts"
import { exitCodes } from "./exit-codes.ts"
import { type MailWay, mailWays, signUps } from "./init/answers.ts"
import { type Framework, frameworks } from "./init/find-framework.ts"
import type { KeysRotateOptions } from "./keys/keys-rotate.ts"

type Exit = (code: number) => void

interface InitFlags {
  readonly file?: string
  readonly siteName?: string
  readonly baseUrl?: string
  readonly admin?: readonly string[]
  readonly signUp?: SignUp
  readonly mail?: MailWay
  readonly framework?: Framework
  readonly yes?: boolean
}

const INIT_EXAMPLES = `
  $ linklatch init
  $ linklatch init --yes --admin you@example.com
  $ linklatch init --site-name "Example" --base-url https://login.example.com --mail smtp --framework server`

const ROTATE_EXAMPLES = `
  $ linklatch keys rotate                    the LINKLATCH_SECRET in .env, or in LINKLATCH_SECRET_FILE
  $ linklatch keys rotate --env-file /etc/linklatch.env --keep 1`

const COMPLETION_EXAMPLES = `
  $ source <(linklatch completion bash)
  $ linklatch completion fish > ~/.config/fish/completions/linklatch.fish`

/** The commands that make and change settings, and the one that helps at the keyboard. */
export function defineSetupCommands(program: Command, exit: Exit): void {
  defineInit(program, exit)
  defineKeys(program, exit)
  defineCompletion(program, exit)
}

function defineInit(program: Command, exit: Exit): void {
  defineCommand(program, "init", "write the settings, and show how Linklatch is mounted here", INIT_EXAMPLES)
    .option("--file <path>", "where the settings go (default: .env)", something)
    .option("--site-name <name>", "the name on pages and in mail", something)
    .option("--base-url <url>", "where people reach the site", something)
    .option("--admin <addresses...>", "who may always sign in, and see /admin", addAddresses)
    .addOption(new Option("--sign-up <who>", "who may sign in for the first time").choices(signUps))
    .addOption(new Option("--mail <way>", "how mail leaves").choices(mailWays))
    .addOption(new Option("--framework <name>", "what it is mounted in").choices(frameworks))
    .option("-y, --yes", "don't ask: what no flag says has its default")
    .action(
      acting<InitFlags>(
        exit,
        async (context, { options, envFile }) => {
          const { file = envFile ?? ".env", yes = false, admin, siteName, baseUrl, ...chosen } = options
          const flags = {
            ...chosen,
            ...(siteName !== undefined && { siteName: siteName.trim() }),
            ...(baseUrl !== undefined && { baseUrl: baseUrl.trim() }),
            ...(admin !== undefined && { adminEmails: admin }),
          }
          return (await import("./init/init.ts")).initCommand(context, { file, flags, yes })
        },
        { readsSettings: false },
      ),
    )
}

function defineKeys(program: Command, exit: Exit): void {
  const keys = program.command("keys").description("show and rotate the server's secrets")
  defineCommand(
    keys,
    "list",
    "show each secret's position, length and fingerprint",
    "\n  $ linklatch keys list",
  ).action(
    acting(
      exit,
      async (context, { envFile }) => (await import("./keys/keys-list.ts")).keysListCommand(context, envFile),
      { readsSettings: false },
    ),
  )
  defineCommand(keys, "rotate", "put a new secret in front of the older ones", ROTATE_EXAMPLES)
    .option("--keep <n>", "how many older ones stay", wholeNumber(0), 2)
    .option("-y, --yes", "don't ask")
    .action(
      acting<KeysRotateOptions>(
        exit,
        async (context, { envFile, options }) =>
          (await import("./keys/keys-rotate.ts")).keysRotateCommand(context, envFile, options),
        { readsSettings: false },
      ),
    )
}

function defineCompletion(program: Command, exit: Exit): void {
  defineCommand(program, "completion", "print what completes commands in a shell", COMPLETION_EXAMPLES)
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .action(
      acting(
        exit,
        async (context, { operands: [shell] }) => {
          const script = completionScript(program, shell as Shell)
          context.print(context.isJson ? JSON.stringify({ shell, script }) : script.trimEnd())
          return exitCodes.ok
        },
        { readsSettings: false },
      ),
    )
}

// One by one, or several with commas.
function addAddresses(text: string, before: readonly string[] | undefined): readonly string[] {
  const addresses = text.split(",").map((address) => address.trim())
  return [...(before ?? []), ...addresses.filter((address) => address !== "")]
}
