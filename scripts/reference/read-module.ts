import { readFileSync } from "node:fs"
import { dirname, join } from "node:path/posix"
import {
  type ClassElement,
  type Comment,
  type Node,
  parseSync,
  type Statement,
  type TSSignature,
  type TSType,
} from "oxc-parser"
import { projectRoot } from "../run-command.ts"

/** A TypeScript file, as far as a reference needs it. */
export interface Module {
  /** From the root of the project. */
  readonly file: string
  /** The comment at its head, if it is a docstring. */
  readonly doc: string
  readonly declarations: ReadonlyMap<string, Declaration>
  /** Names that come from another file of the project, by import or by export, and that file. */
  readonly origins: ReadonlyMap<string, string>
  /** What the file exports, in its order. */
  readonly exports: readonly string[]
}

export interface Declaration {
  readonly name: string
  readonly kind: "interface" | "type" | "function" | "class" | "const"
  readonly doc: string
  /** As it stands in the source, without a function's or a class's insides. */
  readonly text: string
  readonly members: readonly Member[]
  /** Interfaces that it extends. */
  readonly parents: readonly string[]
  /** Names of the types that it mentions. */
  readonly mentions: readonly string[]
}

export interface Member {
  /** `baseUrl`, `mail?`, `limits?.askClient`, `find(by: string)`. */
  readonly name: string
  /** The type of a property, or what a method returns. */
  readonly type: string
  readonly doc: string
}

interface Source {
  readonly text: string
  readonly comments: readonly Comment[]
}

const modules = new Map<string, Module>()

export function readModule(file: string): Module {
  const known = modules.get(file)
  if (known !== undefined) return known
  const text = readFileSync(join(projectRoot, file), "utf8")
  const { program, comments, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const source = { text, comments }
  const declarations = new Map<string, Declaration>()
  const origins = new Map<string, string>()
  const exported: string[] = []
  for (const statement of program.body) {
    const declaration = readStatement(statement, source)
    if (declaration !== null) declarations.set(declaration.name, declaration)
    if (declaration !== null && statement.type === "ExportNamedDeclaration") exported.push(declaration.name)
    for (const [name, origin, isExport] of readNames(statement)) {
      if (origin.startsWith(".")) origins.set(name, join(dirname(file), origin))
      if (isExport) exported.push(name)
    }
  }
  const module = { file, doc: headDoc(source), declarations, origins, exports: exported }
  modules.set(file, module)
  return module
}

/** The declaration behind a name that a file uses, wherever it stands in the project; undefined for the world's own. */
export function findDeclaration(file: string, name: string): { file: string; declaration: Declaration } | undefined {
  const module = readModule(file)
  const declaration = module.declarations.get(name)
  if (declaration !== undefined) return { file, declaration }
  const origin = module.origins.get(name)
  return origin === undefined ? undefined : findDeclaration(origin, name)
}

function readNames(statement: Statement): [name: string, origin: string, isExport: boolean][] {
  if (statement.type === "ImportDeclaration") {
    return statement.specifiers.map(({ local }) => [local.name, statement.source.value, false])
  }
  if (statement.type !== "ExportNamedDeclaration") return []
  const origin = statement.source?.value ?? ""
  return statement.specifiers.map(({ exported }) => ["name" in exported ? exported.name : exported.value, origin, true])
}

function readStatement(statement: Statement, source: Source): Declaration | null {
  const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement
  const told = (end: number) => source.text.slice(statement.start, end).trim()
  const common = { doc: docBefore(statement.start, source), members: [], parents: [], mentions: mentionsOf(node) }
  switch (node?.type) {
    case "TSInterfaceDeclaration": {
      const parents = node.extends.flatMap(({ expression }) =>
        expression.type === "Identifier" ? [expression.name] : [],
      )
      const members = node.body.body.flatMap((member) => readMember(member, "", source))
      const mentions = [...parents, ...common.mentions]
      return { ...common, name: node.id.name, kind: "interface", text: told(node.end), members, parents, mentions }
    }
    case "TSTypeAliasDeclaration": {
      const members = membersOf(node.typeAnnotation, "", source)
      return { ...common, name: node.id.name, kind: "type", text: told(node.end), members }
    }
    case "FunctionDeclaration": {
      const mentions = [...node.params, node.returnType].flatMap((part) => mentionsOf(part))
      const text = told(node.body?.start ?? node.end)
      return { ...common, name: node.id?.name ?? "", kind: "function", text, mentions }
    }
    case "ClassDeclaration": {
      const members = node.body.body.flatMap((member) => readField(member, source))
      const mentions = node.body.body.flatMap((member) =>
        "typeAnnotation" in member ? mentionsOf(member.typeAnnotation) : [],
      )
      return { ...common, name: node.id?.name ?? "", kind: "class", text: told(node.body.start), members, mentions }
    }
    case "VariableDeclaration": {
      const [first] = node.declarations
      const name = first !== undefined && "name" in first.id ? first.id.name : ""
      return { ...common, name, kind: "const", text: told(node.end), mentions: [] }
    }
    default:
      return null
  }
}

function readField(member: ClassElement, source: Source): Member[] {
  if (member.type !== "PropertyDefinition" || member.key.type !== "Identifier" || member.typeAnnotation == null)
    return []
  const type = flat(source, member.typeAnnotation.typeAnnotation)
  return [{ name: member.key.name, type, doc: docBefore(member.start, source) }]
}

function readMember(member: TSSignature, prefix: string, source: Source): Member[] {
  const doc = "start" in member ? docBefore(member.start, source) : ""
  if (member.type === "TSMethodSignature" && "name" in member.key) {
    const params = member.params.map((param) => flat(source, param)).join(", ")
    const type = member.returnType == null ? "void" : flat(source, member.returnType.typeAnnotation)
    return [{ name: `${prefix}${member.key.name}(${params})`, type, doc }]
  }
  if (member.type !== "TSPropertySignature" || member.typeAnnotation == null) return []
  const key = "name" in member.key ? member.key.name : flat(source, member.key)
  const name = `${prefix}${key}${member.optional ? "?" : ""}`
  const { typeAnnotation: told } = member.typeAnnotation
  const typeAnnotation = member.optional ? withoutUndefined(told) : told
  const inner = membersOf(typeAnnotation, `${name}.`, source)
  if (inner.length > 0) return doc === "" ? inner : [{ name, type: "", doc }, ...inner]
  return [{ name, type: flat(source, typeAnnotation), doc }]
}

/** `mail?: T | undefined` says twice that it may be left out: the second time is for `exactOptionalPropertyTypes`. */
function withoutUndefined(type: TSType): TSType {
  if (type.type !== "TSUnionType") return type
  const types = type.types.filter((part) => part.type !== "TSUndefinedKeyword")
  const [only, last] = [types[0], types.at(-1)]
  return types.length === 1 && only !== undefined ? only : { ...type, types, end: last?.end ?? type.end }
}

function membersOf(type: TSType, prefix: string, source: Source): Member[] {
  return type.type === "TSTypeLiteral" ? type.members.flatMap((member) => readMember(member, prefix, source)) : []
}

function mentionsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(mentionsOf)
  if (typeof node !== "object" || node === null) return []
  const { type, typeName, expression } = node as Partial<Node> & { typeName?: unknown; expression?: unknown }
  const named = type === "TSTypeReference" ? typeName : type === "TSInterfaceHeritage" ? expression : undefined
  const own = typeof named === "object" && named !== null && "name" in named ? [String(named.name)] : []
  return [...own, ...Object.values(node).flatMap(mentionsOf)]
}

/** The text of a node in one line, without its comments. */
function flat({ text, comments }: Source, { start, end }: { readonly start: number; readonly end: number }): string {
  let told = ""
  let at = start
  for (const comment of comments.filter((one) => one.start >= start && one.end <= end)) {
    told += text.slice(at, comment.start)
    at = comment.end
  }
  return (told + text.slice(at, end)).replace(/\s+/g, " ").replace(/^\| /, "").trim()
}

function docBefore(start: number, { text, comments }: Source): string {
  const comment = comments.findLast(({ end }) => end <= start)
  const isOurs = comment !== undefined && isDoc(comment) && text.slice(comment.end, start).trim() === ""
  return isOurs ? readDoc(comment.value) : ""
}

// The first docstring tells of the file when something other than its one declaration follows: an import, or nothing.
function headDoc({ text, comments }: Source): string {
  const [first] = comments
  const isHead = first !== undefined && isDoc(first) && /^\s*(?:import|export (?:type )?\{)/.test(text.slice(first.end))
  return isHead && text.slice(0, first.start).trim() === "" ? readDoc(first.value) : ""
}

function isDoc({ type, value }: Comment): boolean {
  return type === "Block" && value.startsWith("*")
}

function readDoc(comment: string): string {
  const lines = comment.slice(1).split("\n")
  return lines
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim()
}
