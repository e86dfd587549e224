import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { beforeAll, describe, expect, it } from "vitest"
import { finish, finishJson } from "./run-command.ts"

const scripts: Record<string, string> = {}
beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) scripts[shell] = (await finish(`completion ${shell}`)).out
})

/** What bash offers at the end of a line, its words as bash splits them. */
async function offers(...words: readonly string[]): Promise<readonly string[]> {
  const quoted = words.map((word) => `'${word}'`).join(" ")
  const script = `${scripts["bash"]}
    COMP_WORDS=(linklatch ${quoted}); COMP_CWORD=${words.length}; _linklatch; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = await promisify(execFile)("bash", ["--norc", "-c", script])
  expect(stderr).toBe("")
  return stdout.split("\n").filter((line) => line !== "")
}

describe("completion in a real bash", () => {
  it("offers commands, and the commands of a command", async () => {
    expect(await offers("")).toEqual(expect.arrayContaining(["dev", "serve", "init", "users", "audit", "completion"]))
    expect(await offers("us")).toEqual(["users"])
    expect(await offers("users", "")).toEqual(["list", "show", "disable", "enable", "erase", "help"])
    expect(await offers("--json", "users", "sh")).toEqual(["show"])
  })

  it("offers a command's own options and the global ones", async () => {
    expect(await offers("users", "list", "--d")).toEqual(["--disabled", "--dev"])
    expect(await offers("audit", "tail", "--j")).toEqual(["--json"])
    expect(await offers("users", "show", "--lim")).toEqual([])
  })

  it("offers the choices of options and arguments", async () => {
    expect(await offers("init", "--mail", "")).toEqual(["mailbox", "smtp", "resend"])
    expect(await offers("init", "--mail", "=", "s")).toEqual(["smtp"])
    expect(await offers("completion", "")).toEqual(["bash", "zsh", "fish"])
    expect(await offers("audit", "tail", "--type", "user_")).toEqual([
      "user_created",
      "user_disabled",
      "user_enabled",
      "user_erased",
    ])
  })

  it("offers files where one is meant, and nothing where anything goes", async () => {
    expect(await offers("--env-file", "/etc/pass")).toContain("/etc/passwd")
    expect(await offers("users", "list", "--search", "")).toEqual([])
  })

  it("takes no value of an option for a command", async () => {
    expect(await offers("users", "list", "--search", "show", "--di")).toEqual(["--disabled"])
    expect(await offers("--env-file", "users", "ke")).toEqual(["keys"])
  })
})

describe("every script", () => {
  it("holds each command and each option that help shows", async () => {
    const [root, list, tail] = await Promise.all(
      ["--help", "users list --help", "audit tail --help"].map((args) => finish(args)),
    )
    const names = [root, list, tail].flatMap((help) => help?.out.match(/--[a-z][a-z-]+/g) ?? [])
    const commands = [...(root?.out.matchAll(/^ {2}([a-z]+)\b.* {2,}\S/gm) ?? [])].map(([, name]) => name ?? "")
    expect(commands.length).toBeGreaterThan(8)
    expect(new Set(names).size).toBeGreaterThan(12)
    for (const [shell, script] of Object.entries(scripts)) {
      for (const name of names) expect(script, shell).toContain(shell === "fish" ? `-l ${name.slice(2)}` : name)
      for (const name of commands) expect(script, shell).toContain(name)
    }
  })

  it("comes as JSON too; a shell that we don't know is a mistake", async () => {
    expect((await finishJson("completion fish")).told).toEqual({ shell: "fish", script: scripts["fish"] })
    expect(await finishJson("completion tcsh")).toMatchObject({ code: 2, error: { code: "usage" } })
  })
})
