// Does the lock file name every platform's part of the tools? One that doesn't makes `npm ci` fail for everybody (decisions/011).
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { projectRoot } from "./run-command.ts"

/** What is read of a package-lock.json: packages by where they are installed. */
interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>
}

const files = globSync(["package-lock.json", "bench/*/package-lock.json"], { cwd: projectRoot })
const faults = files.flatMap((file) =>
  missingParts(JSON.parse(readFileSync(join(projectRoot, file), "utf8")) as Lock).map(
    (part) => `${file} lacks ${part}`,
  ),
)
for (const fault of faults) console.log(fault)
if (faults.length > 0)
  console.log("Pin the newest version that has them all, under overrides: decisions/011-tool-versions.md")
process.exitCode = faults.length === 0 ? 0 : 1

function missingParts({ packages }: Lock): readonly string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !foldersUp(path).some((folder) => `${folder}node_modules/${name}` in packages))
      .map(([name, version]) => `${name}@${version} (for ${path || "the package itself"})`),
  )
}

/** `node_modules/a/node_modules/b` → itself, `node_modules/a` and the top, as Node looks for packages. */
function foldersUp(path: string): readonly string[] {
  const parts = path.split(/(?<=^|\/)(?=node_modules\/)/)
  return parts
    .map(
      (_, index) =>
        `${parts
          .slice(0, parts.length - index)
          .join("")
          .replace(/\/$/, "")}/`,
    )
    .concat("")
}
