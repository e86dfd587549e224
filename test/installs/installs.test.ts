import { dirname, join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { packPackage } from "../../scripts/pack-package.ts"
import { runCommand } from "../../scripts/run-command.ts"
import { installFacts, README_NEEDS, runProgram } from "../package/install-facts.ts"
import { type Place, type Runtime, start } from "../package/runtime.ts"
import { emptyFolder, install } from "./install.ts"
import { runtimeIn, supported, unsupported } from "./runtimes.ts"

// Somebody's project, once for all runtimes: what npm lays out is the same for each.
const folder = emptyFolder()
beforeAll(async () => {
  const { tarball } = await packPackage(emptyFolder())
  await install(folder, [tarball, ...README_NEEDS, "expect"])
})

describe.each(supported)("the installed package on $name", (runtimePackage) => {
  let runtime: Runtime
  beforeAll(async () => {
    const own = emptyFolder()
    await install(own, [runtimePackage.name])
    runtime = runtimeIn(own, runtimePackage)
    const { output } = await runCommand(runtime.program, ["--version"])
    console.log(`${runtimePackage.name} is ${output.trim()}`)
  })
  const place = (): Place => ({ folder, ...runtime })

  installFacts(place)

  it("keeps the contract of stores on the SQLite that it brings", { timeout: 120_000 }, async () => {
    expect(await runProgram(place(), "store-contract.mjs")).toBe("all rules, 0 broken")
  })

  if (runtimePackage.command === "node")
    it("is started by its name, with the Node that comes first", async () => {
      const command = { program: join(folder, "node_modules/.bin/linklatch"), args: [], folder }
      const { ended, out } = start(command, ["doctor", "--dev", "--json"], { PATH: dirname(runtime.program) })
      await ended
      expect(JSON.parse(out())).toMatchObject({ mode: "development" })
    })
})

describe.each(unsupported)("the command on $name", (runtimePackage) => {
  it("says in one line what it needs", async () => {
    const own = emptyFolder()
    await install(own, [runtimePackage.name])
    const { ended, out, err } = start({ folder, ...runtimeIn(own, runtimePackage) }, [
      "node_modules/linklatch/bin/linklatch.mjs",
      "dev",
    ])
    expect(await ended).toBe(1)
    expect(out()).toBe("")
    expect(err()).toMatch(/^linklatch needs Node 22\.18 or newer, but not 23; this is Node [\d.]+\. See https:\S+\n$/)
  })
})
