import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { doorsOf, PROGRAM, readManifest } from "./manifest.ts"
import { reachedFiles } from "./reached-files.ts"
import { projectRoot } from "./run-command.ts"

const ALWAYS = ["package.json", "README.md", "LICENSE", "CHANGELOG.md"]

/** Files that the code reads at run time, each a copy of the one in `src/`. */
const READ_AT_RUN_TIME = /^dist\/(?:.*\/)?(?:assets|migrations)\//

const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"]

/**
 * Holds a package to its rule: it has its doors, its command, what these lead to, what that reads when it runs, and nothing
 * else. Returns what is against it, a line each.
 *
 * @param folder The unpacked package.
 */
export function contentFaults(folder: string): readonly string[] {
  const manifest = readManifest(folder)
  const doors = doorsOf(manifest)
  const commands = Object.values(manifest.bin ?? {})
  const there = listFiles(folder)
  const promised = [...ALWAYS, ...commands, PROGRAM, ...doors.flatMap((door) => [door.default, door.types])]
  const absent = promised.filter((file) => !there.has(file))
  if (absent.length > 0) return absent.map((file) => `${file} is missing`)

  const code = reachedFiles(folder, [PROGRAM, ...doors.map((door) => door.default)])
  const types = reachedFiles(folder, [...doors.map((door) => door.types)])
  const expected = new Set([...promised, ...code.files, ...types.files, ...readAtRunTime()])
  return [
    ...[...there].filter((file) => !expected.has(file)).map((file) => `${file} is a stranger: nothing leads to it`),
    ...[...expected].filter((file) => !there.has(file)).map((file) => `${file} is missing`),
    ...[...code.missing, ...types.missing].map((line) => `${line} leads nowhere`),
    ...undeclared(
      [...code.names, ...types.names],
      Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    ),
    ...[...there]
      .filter((file) => READ_AT_RUN_TIME.test(file) && !isCopy(folder, file))
      .map((file) => `${file} differs from src/`),
    ...INSTALL_SCRIPTS.filter((name) => manifest.scripts?.[name] !== undefined).map(
      (name) => `it has a ${name} script`,
    ),
  ]
}

/** The files below a folder, as npm names them. */
function listFiles(folder: string): ReadonlySet<string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const below = (path: string) => path.slice(folder.length + 1).replaceAll("\\", "/")
  return new Set(entries.map(({ parentPath, name }) => below(join(parentPath, name))))
}

function readAtRunTime(): readonly string[] {
  const files = [...listFiles(join(projectRoot, "src"))].map((file) => `dist/${file}`)
  return files.filter((file) => READ_AT_RUN_TIME.test(file))
}

function isCopy(folder: string, file: string): boolean {
  const source = join(projectRoot, file.replace(/^dist\//, "src/"))
  return existsSync(source) && readFileSync(source).equals(readFileSync(join(folder, file)))
}

// A package that only development installs is there in our tests, and not where users are.
function undeclared(names: readonly string[], dependencies: readonly string[]): readonly string[] {
  const isDeclared = (name: string) =>
    name.startsWith("node:") ||
    dependencies.some((dependency) => name === dependency || name.startsWith(`${dependency}/`))
  return names.filter((name) => !isDeclared(name)).map((name) => `${name} is imported, and is no dependency`)
}
