import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** What Linklatch can be mounted in; `server` stands in front of an application in any language. */
export const frameworks = ["node", "hono", "express", "fastify", "next", "sveltekit", "server"] as const
export type Framework = (typeof frameworks)[number]

export interface FoundProject {
  readonly framework: Framework
  /** All that its package.json names; the first is the one above. */
  readonly found: readonly Framework[]
  /** The package's own name, or null. */
  readonly name: string | null
  readonly isTypeScript: boolean
}

// Those that bring a server of their own first: an Express beside Next is there for something else.
const PACKAGES: readonly (readonly [name: string, framework: Framework])[] = [
  ["next", "next"],
  ["@sveltejs/kit", "sveltekit"],
  ["hono", "hono"],
  ["express", "express"],
  ["fastify", "fastify"],
]

/** Which framework a folder's package.json names. Without such a file it is no project of Node. */
export function findFramework(directory: string): FoundProject {
  const manifest = readManifest(join(directory, "package.json"))
  if (manifest === null) return { framework: "server", found: [], name: null, isTypeScript: false }
  const packages = new Set([...namesIn(manifest["dependencies"]), ...namesIn(manifest["devDependencies"])])
  const found = PACKAGES.filter(([one]) => packages.has(one)).map(([, framework]) => framework)
  const { name } = manifest
  return {
    framework: found[0] ?? "node",
    found,
    name: typeof name === "string" && name.trim() !== "" ? name.trim() : null,
    isTypeScript: packages.has("typescript") || existsSync(join(directory, "tsconfig.json")),
  }
}

function readManifest(path: string): Readonly<Record<string, unknown>> | null {
  if (!existsSync(path)) return null
  try {
    const manifest: unknown = JSON.parse(readFileSync(path, "utf8"))
    return typeof manifest === "object" && manifest !== null ? (manifest as Record<string, unknown>) : {}
  } catch {
    // It is a project of Node all the same; what is wrong with it, npm says better.
    return {}
  }
}

function namesIn(dependencies: unknown): readonly string[] {
  return typeof dependencies === "object" && dependencies !== null ? Object.keys(dependencies) : []
}
