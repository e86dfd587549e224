import { join } from "node:path"
import { build, type OutputAsset, type OutputChunk, type PreRenderedChunk } from "rolldown"
import { minifySync } from "rolldown/utils"
import { doorsOf, PROGRAM, readManifest } from "./manifest.ts"
import { projectRoot } from "./run-command.ts"

/**
 * Modules that share a file, the first that fits. Those that read others beside themselves, by `import.meta.url`, stay at their own
 * places. The folders come in the order of the arrows, as each takes along what it imports and nobody has yet.
 */
const SHARED = [
  { test: /\/src\/stores\/sqlite\/migrate\.ts$/, name: "stores/sqlite/migrate" },
  { test: /\/src\/stores\/postgres\/migrate\.ts$/, name: "stores/postgres/migrate" },
  { test: /\/src\/http\/pages\/assets\.ts$/, name: "http/pages/assets" },
  { test: /\/src\/cli\/version\.ts$/, name: "cli/version" },
  { test: /\/src\/core\//, name: "core" },
  { test: /\/src\/mail\//, name: "mail" },
  { test: /\/src\/http\//, name: "http" },
  { test: /\/src\/(?:sqlite\.ts$|stores\/sqlite\/)/, name: "stores/sqlite" },
  { test: /\/src\/(?:postgres\.ts$|stores\/postgres\/)/, name: "stores/postgres" },
  { test: /\/src\/(?:redis\.ts$|stores\/redis\/)/, name: "stores/redis" },
  { test: /\/src\/(?:index|create-auth|mode)\.ts$/, name: "library" },
  {
    test: /\/src\/(?:server\/(?:database-url|load-redis-client|open-store|open-transport|with-postgres|with-redis-client)|syslog\/syslog-url|checkpoints\/(?:outlet-url|webhook-secret))\.ts$/,
    name: "server/common",
  },
  {
    test: /\/src\/cli\/(?:columns|command-client|confirm|find-user|grouped|progress-line|json-shapes|plural|print-error|print-faults|setting-line|show-time|stop-signal|unread-env-file)\.ts$/,
    name: "cli/common",
  },
  {
    test: /\/src\/cli\/audit\/(?:known-keys|log-settings|no-key|outside-checkpoints|print-verdict|verify-progress|with-log)\.ts$/,
    name: "cli/audit",
  },
  { test: /\/src\/cli\/(?:env-file\/|keys\/(?:find-secrets|secret-lines)\.ts$)/, name: "cli/env-file" },
]

/**
 * Writes the JavaScript of `dist/`: a file for each door and each command, and a few for what they share. Node takes half a millisecond
 * for every file that it loads (decisions/034). Nothing is shortened, and packages stay imports.
 */
export async function bundle(): Promise<void> {
  const entries = [PROGRAM, ...doorsOf(readManifest(projectRoot)).map((door) => door.default)]
  await build({
    cwd: projectRoot,
    input: Object.fromEntries(entries.map(nameAndSource)),
    external: isPackage,
    platform: "node",
    transform: { target: "es2024" },
    logLevel: "warn",
    // No line above each piece that names its source: the functions keep their names, by which it is found.
    experimental: { attachDebugInfo: "none" },
    plugins: [{ name: "without blanks", generateBundle: (_, files) => withoutBlanks(files["testing.js"]) }],
    // A module may be loaded late by one that needs it seldom, and at once by another.
    checks: { ineffectiveDynamicImport: false },
    output: {
      dir: join(projectRoot, "dist"),
      format: "esm",
      minifyInternalExports: false,
      // Whoever reads them looks at the declarations, which have them too.
      comments: { annotation: true, jsdoc: false, legal: true },
      entryFileNames: "[name].js",
      chunkFileNames: (chunk) => (isNamed(chunk.name) ? "[name].js" : `${folderOf(chunk)}[name].js`),
      codeSplitting: { groups: SHARED.map((group, index) => ({ ...group, priority: SHARED.length - index })) },
    },
  })
}

// The contract is a fifth of all code, and only authors of stores load it.
function withoutBlanks(file: OutputAsset | OutputChunk | undefined): void {
  if (file?.type !== "chunk") throw new Error("There is no file of linklatch/testing.")
  const codegen = { removeWhitespace: true }
  file.code = minifySync(file.fileName, file.code, { compress: false, mangle: false, codegen }).code
}

/** `dist/cli/main.js` → `cli/main` and `src/cli/main.ts`. */
function nameAndSource(file: string): [name: string, source: string] {
  const name = file.replace(/^dist\/(.*)\.js$/, "$1")
  return [name, `src/${name}.ts`]
}

// The compiler's own few helpers are written into what needs them: they are no package of ours.
function isPackage(id: string): boolean {
  return !id.startsWith(".") && !id.startsWith(projectRoot) && !id.startsWith("@oxc-project/runtime/")
}

function isNamed(name: string): boolean {
  return SHARED.some((group) => group.name === name)
}

/** Where a file goes that has no name of ours: beside those that load it. */
function folderOf({ moduleIds, facadeModuleId }: PreRenderedChunk): string {
  return [...moduleIds, facadeModuleId ?? ""].some((id) => id.includes("/src/cli/")) ? "cli/" : "server/"
}
