import { cpSync, mkdtempSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"
import { Browser } from "../browser.ts"
import { layOut, snippetsOf } from "../docs/snippets.ts"
import { sendToPort } from "../send-to-port.ts"
import { openSmtpInbox } from "../smtp-inbox.ts"
import { type Place, run, start } from "./runtime.ts"

/** The packages that the README's programs ask for beside Linklatch. */
export const README_NEEDS = ["express"]

const COMMAND = "node_modules/linklatch/bin/linklatch.mjs"
const SECRET = "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU"

/** What must work in every project that has the package installed, whatever runs it. */
export function installFacts(place: () => Place): void {
  it("imports every door", async () => {
    const { exports } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { exports: object }
    expect(await runProgram(place(), "every-door.mjs")).toBe(String(Object.keys(exports).length - 1))
  })

  it.each(["import.mjs", "require.cjs"])("signs people in and out through the library (%s)", async (program) => {
    expect(await runProgram(place(), program)).toBe("nobody, ada@example.com, nobody")
  })

  it("loses nothing where a process opens a database twice and others come and go", async () => {
    const { program, args } = place()
    const counts = await runProgram(place(), "open-twice.mjs", [JSON.stringify([program, ...args])])
    expect(counts).toBe("0, 1, 2")
  })

  it("says which version it is", async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string }
    expect(await run(place(), [COMMAND, "--version"])).toBe(version)
  })

  it("signs people in at `linklatch dev`, which ends when it is told to", async () => {
    const folder = mkdtempSync(join(place().folder, "dev-"))
    const server = start({ ...place(), folder }, [join("..", COMMAND), "dev", "--json"], { PORT: "0" })
    await expect.poll(() => server.out() + server.err(), { timeout: 10_000 }).toContain("\n")
    const { baseUrl } = JSON.parse(server.out().split("\n", 1)[0] ?? "") as { baseUrl: string }
    const browser = new Browser({ handler: (request) => fetch(request, { redirect: "manual" }) }, baseUrl, "")
    await browser.post("/auth/sign-in", { email: "ada@example.com" })
    await expect.poll(() => mailAt(baseUrl)).toMatchObject([{ to: "ada@example.com" }])
    const [mail] = await mailAt(baseUrl)
    expect((await browser.press({ link: mail?.link ?? "" })).status).toBe(303)
    expect(await (await browser.get("/auth/account")).text()).toContain("ada@example.com")
    server.child.kill("SIGTERM")
    expect(await server.ended).toBe(0)
  })

  it("signs people in at the README's application, with a mail server", async () => {
    const inbox = await openSmtpInbox()
    onTestFinished(() => inbox.close())
    const { folder: project, ...runtime } = place()
    const folder = mkdtempSync(join(project, "app-"))
    layOut(folder, snippetsOf("README.md", "ts"))
    const port = await freePort()
    const env = { PORT: String(port), SMTP_URL: `smtp://127.0.0.1:${inbox.port}`, LINKLATCH_SECRET: SECRET }
    const app = start({ ...runtime, folder: join(folder, "readme") }, ["app.ts"], env)
    const browser = new Browser({ handler: (request) => sendToPort(request, port) }, "https://example.com", "")
    const isUp = () => browser.get("/auth/sign-in").then(({ status }) => status, app.err)
    await expect.poll(isUp, { timeout: 10_000 }).toBe(200)
    expect((await browser.get("/orders")).headers.get("location")).toBe("/auth/sign-in?next=/orders")
    await browser.post("/auth/sign-in", { email: "ada@example.com", next: "/orders" })
    await expect.poll(() => inbox.deliveries.length).toBe(1)
    const link = /https:\/\/\S+\/auth\/link\/\S+/.exec(inbox.deliveries[0]?.email.text ?? "")?.[0] ?? ""
    expect((await browser.press({ link })).headers.get("location")).toBe("/orders")
    expect(await (await browser.get("/orders")).text()).toBe("Orders of ada@example.com")
  })
}

/** Runs a program of test/package/programs in the project, as a file of its own. */
export async function runProgram(place: Place, program: string, args: readonly string[] = []): Promise<string> {
  cpSync(join(projectRoot, "test/package/programs"), place.folder, { recursive: true })
  return run(place, [program, ...args])
}

async function mailAt(baseUrl: string): Promise<readonly { to: string; link: string }[]> {
  return (await fetch(`${baseUrl}/dev/mailbox.json`)).json() as Promise<readonly { to: string; link: string }[]>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === "object" && address !== null ? address.port : 0
}
