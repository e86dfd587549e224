import { cpSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { projectRoot, runCommand } from "../../scripts/run-command.ts"

/** What test/types asks for beside the package itself. */
export const TYPES_NEEDED = ["@types/node", "@types/express", "express", "fastify"]

const ways = {
  "as Node finds modules": ["--module", "nodenext"],
  "as bundlers find modules": ["--module", "preserve", "--moduleResolution", "bundler"],
}
const exactness = { "left out or undefined": "false", "left out only": "true" }

/** Type-checks test/types in a consumer's folder, each way that it may be set up, with a compiler of its choice. */
export function typeFacts(place: () => { readonly folder: string; readonly tsc: string }): void {
  for (const [way, options] of Object.entries(ways))
    for (const [optional, exact] of Object.entries(exactness))
      it(`take right use and refuse wrong use, ${way}, where what is optional may be ${optional}`, async () => {
        const { folder, tsc } = place()
        cpSync(join(projectRoot, "test/types"), folder, { recursive: true })
        writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
        const exactly = ["--exactOptionalPropertyTypes", exact]
        const { output } = await runCommand(tsc, ["-p", folder, ...options, ...exactly, "--pretty", "false"])
        expect(output).toBe("")
      })
}
