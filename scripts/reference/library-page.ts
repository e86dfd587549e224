import { doorsOf, readManifest } from "../manifest.ts"
import { projectRoot } from "../run-command.ts"
import { code, fence, page, table } from "./markdown.ts"
import { type Declaration, findDeclaration, type Module, readModule } from "./read-module.ts"

interface Found {
  readonly file: string
  readonly declaration: Declaration
}

// Here these are only named. What stands behind them is told where the sentence leads.
const TOLD_ELSEWHERE = new Map([
  ["Store", "The port that every store fills: [`src/core/store.ts`](../../src/core/store.ts)."],
  ["EventDetail", "One entry for each event: [the events of the audit log](events.md)."],
])

/** Every door of the package with all that it exports, from the docstrings in the source. */
export function libraryPage(): string {
  const doors = readDoors()
  const shown = new Set<string>()
  const sections = doors.map(({ name, module }) => doorSection(name, module, shown))
  const further = doors
    .flatMap(({ module }) => reachable(module))
    .filter(({ declaration }) => !shown.has(declaration.name))
  const unique = [...new Map(further.map((found) => [found.declaration.name, found])).values()]
  return page(
    "# Library",
    'All that `import … from "linklatch…"` gives. The text comes from the docstrings in the source, which your editor shows too.',
    doors.map(({ name }) => `[\`${name}\`](#${anchor(name)})`).join(" · "),
    ...sections,
    "## Further types",
    "Types that the ones above mention. They aren't exported by name.",
    ...unique.map(({ declaration }) => entry(declaration)),
  )
}

function readDoors(): { readonly name: string; readonly module: Module }[] {
  return doorsOf(readManifest(projectRoot)).map(({ name, types }) => ({
    name,
    module: readModule(types.replace(/^dist\/(.+)\.d\.ts$/, "src/$1.ts")),
  }))
}

function doorSection(name: string, module: Module, shown: Set<string>): string {
  const found = module.exports.flatMap((one) => findDeclaration(module.file, one) ?? [])
  const fresh = found.filter(({ declaration }) => !shown.has(declaration.name) || declaration.kind === "function")
  for (const { declaration } of fresh) shown.add(declaration.name)
  return page(`## ${code(name)}`, module.doc, ...fresh.map(({ declaration }) => entry(declaration))).trim()
}

function entry(declaration: Declaration): string {
  const { name, kind, members, parents, doc } = declaration
  const heading = `### ${code(kind === "function" ? `${name}()` : name)}`
  const elsewhere = TOLD_ELSEWHERE.get(name)
  if (elsewhere !== undefined) return page(heading, tellDoc(doc), elsewhere).trim()
  if (kind === "function") return page(heading, fence("ts", signature(declaration)), tellDoc(doc)).trim()
  if (members.length === 0) return page(heading, tellDoc(doc), fence("ts", declarationText(declaration))).trim()
  const rows = members.map((member) => [code(member.name), code(member.type), tellDoc(member.doc)])
  const inherited = parents.length === 0 ? "" : `It has all that ${parents.map(code).join(" and ")} has, and:`
  return page(heading, tellDoc(doc), inherited, table(["member", "type", "what it is"], rows)).trim()
}

function signature({ text }: Declaration): string {
  return text.replace(/^export (?:async )?/, "")
}

function declarationText({ text }: Declaration): string {
  return text.replace(/^export /, "")
}

function tellDoc(doc: string): string {
  return doc.replace(/^@throws (\w+)/gm, "Throws `$1`:").replace(/^@returns /gm, "Returns ")
}

/** All that the exports of a door mention, however far down. */
function reachable(module: Module): Found[] {
  const seen = new Map<string, Found>()
  const visit = (file: string, name: string) => {
    const found = findDeclaration(file, name)
    if (found === undefined || seen.has(name)) return
    seen.set(name, found)
    if (!TOLD_ELSEWHERE.has(name)) for (const mention of found.declaration.mentions) visit(found.file, mention)
  }
  for (const name of module.exports) visit(module.file, name)
  return [...seen.values()]
}

function anchor(door: string): string {
  return door.replace("/", "")
}
