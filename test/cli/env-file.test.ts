import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { finish, finishJson, ownFolder, run } from "./run-command.ts"

const PRODUCTION = `PUBLIC_BASE_URL=https://localhost
HOST=127.0.0.1
PORT=0
LINKLATCH_SECRET=kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU
SMTP_URL=smtp://user:hunter2hunter2@127.0.0.1:1
MAIL_FROM=login@example.com
`

function folderWith(text: string): string {
  const directory = ownFolder()
  writeFileSync(join(directory, ".env"), text)
  return directory
}

const namesIn = (faults: readonly { readonly variable: string }[]) => faults.map(({ variable }) => variable)

describe("the settings in .env", () => {
  it("are no server's in production, until --env-file names the file", async () => {
    const directory = folderWith(PRODUCTION)
    const unread = await finish("serve", { directory })
    expect(unread.code).toBe(78)
    expect(unread.err).toContain("The .env of this folder was not read: --env-file .env reads it.")
    const command = run("serve --env-file .env", { directory })
    expect(await command.line(1)).toMatchObject({ event: "listening", mode: "production", envFile: ".env" })
    command.child.kill("SIGTERM")
    expect(await command.ended).toBe(0)
    expect(command.out() + command.err()).not.toContain("hunter2")
  })

  it("are development's, and doctor's on request", async () => {
    const directory = folderWith(PRODUCTION.replace("PORT=0", "PORT=none"))
    const [dev, doctor, unread, left] = await Promise.all([
      finishJson("dev", { directory }),
      finishJson("doctor --env-file .env", { directory }),
      finish("doctor", { directory }),
      finishJson("doctor --dev --no-env-file", { directory }),
    ])
    expect([dev.code, namesIn(dev.error.faults), dev.error.envFile]).toEqual([78, ["PORT"], ".env"])
    expect([doctor.code, namesIn(doctor.told.faults), doctor.told.envFile]).toEqual([78, ["PORT"], ".env"])
    expect(unread.err).toContain("--env-file .env reads it")
    expect([left.told.faults, left.told.envFile]).toEqual([[], null])
  })

  it("give way to the environment", async () => {
    const directory = folderWith(PRODUCTION.replace("PORT=0", "PORT=none"))
    const env = { PORT: "0", SMTP_URL: "smtp://127.0.0.1:2" }
    const { told } = await finishJson("doctor --env-file .env", { directory, env })
    expect(told.faults).toEqual([])
    expect(told.settings.find(({ name }: { name: string }) => name === "SMTP_URL").value).toBe("smtp://127.0.0.1:2")
  })

  it("may be an application's own: a fault says where it may come from, and the way round", async () => {
    const directory = folderWith("DATABASE_URL=mysql://user:hunter2@db/shop\n")
    const { code, err } = await finish("dev", { directory })
    expect(code).toBe(78)
    expect(err).toContain("DATABASE_URL")
    expect(err).toContain("Settings were read from .env too; --no-env-file leaves it out.")
    expect(err).not.toContain("hunter2")
    const command = run("dev --json --no-env-file", { directory, env: { PORT: "0" } })
    expect(await command.line(1)).toMatchObject({ status: "listening", envFile: null })
  })

  it("say the mode too, to the server and to the library", async () => {
    const directory = folderWith("NODE_ENV=development\nPUBLIC_BASE_URL=http://site.example\nHOST=127.0.0.1\nPORT=0\n")
    const command = run("serve --env-file .env", { directory })
    expect(await command.line(1)).toMatchObject({ event: "listening", mode: "development" })
  })
})
