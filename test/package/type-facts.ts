import { cpSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { projectRoot, runCommand } from "../../scripts/run-command.ts"

/** What test/types asks for beside the package itself. */
export const TYPES_NEEDED = ["@types/node", "@types/express", "express", "fastify"]

interface TypePlace {
  readonly folder: string
  readonly tsc: string
}

const ways = {
  "as Node finds modules": ["--module", "nodenext"],
  "as bundlers find modules": ["--module", "preserve", "--moduleResolution", "bundler"],
}
const exactness = { "left out or undefined": "false", "left out only": "true" }

/**
 * Type-checks test/types in a consumer's folder, each way that it may be set up, with a compiler of its choice. Without `every` pair, each way to find
 * modules and each exactness comes once: neither knows of the other.
 */
export function typeFacts(place: () => TypePlace, { every }: { readonly every: boolean }): void {
  for (const [nth, [way, options]] of Object.entries(ways).entries())
    for (const [optional, exact] of Object.entries(exactness).filter((_, other) => every || other === nth))
      it(`take right use and refuse wrong use, ${way}, where what is optional may be ${optional}`, async () => {
        expect(await complaints(place(), [...options, "--exactOptionalPropertyTypes", exact])).toBe("")
      })

  it("of the client know nothing of Node", async () => {
    const { folder, tsc } = place()
    const page = {
      extends: "./tsconfig.json",
      compilerOptions: { types: [], lib: ["es2022", "dom"] },
      include: ["client.ts"],
    }
    writeFileSync(join(folder, "page.json"), JSON.stringify(page))
    expect(await complaints({ folder, tsc }, [], "page.json")).toBe("")
  })
}

async function complaints({ folder, tsc }: TypePlace, options: readonly string[], project = "tsconfig.json") {
  cpSync(join(projectRoot, "test/types"), folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  const args = ["-p", join(folder, project), ...options, "--pretty", "false"]
  return (await runCommand(tsc, args)).output.trim()
}
