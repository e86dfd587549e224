import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import type { OcsfAttribute, OcsfFacts, OcsfShape, OcsfType } from "../../test/exporting/ocsf-facts.ts"

/**
 * Makes test/exporting/ocsf.json, the facts of the Open Cybersecurity Schema Framework that exports are checked against:
 * `node scripts/exporting/reduce-ocsf.ts CHECKOUT COMMIT`, with a checkout of a release of github.com/ocsf/ocsf-schema.
 */
const [checkout, commit] = process.argv.slice(2)
if (checkout === undefined || commit === undefined) throw new Error("Name a checkout of ocsf-schema, and its commit.")

// What our records are made of. A record that uses another object fails its test, and asks for it here.
const CLASSES = ["base_event", "iam/account_change", "iam/authentication", "iam/entity_management"]
const OBJECTS = [
  ...["actor", "auth_factor", "fingerprint", "http_request", "managed_entity", "metadata", "network_endpoint"],
  ...["policy", "product", "service", "session", "user"],
]

interface Written {
  readonly type?: string
  readonly requirement?: string
  readonly is_array?: boolean
  readonly profile?: string | null
  readonly enum?: Readonly<Record<string, { readonly caption: string }>>
}

// Beside `$include`, which names files of profiles.
type WrittenAttributes = Readonly<Record<string, Written | readonly string[]>>

interface WrittenShape {
  readonly uid?: number
  readonly category?: string
  readonly name: string
  readonly caption: string
  readonly extends?: string
  readonly attributes: WrittenAttributes
  readonly constraints?: { readonly at_least_one?: readonly string[]; readonly just_one?: readonly string[] }
}

const read = <T>(path: string): T => JSON.parse(readFileSync(join(checkout, path), "utf8"))
const dictionary = read<{
  attributes: Record<string, Written>
  types: { attributes: Record<string, { type?: string; regex?: string; max_len?: number; range?: [number, number] }> }
}>("dictionary.json")
const categories = read<{ attributes: Record<string, { uid: number; caption: string }> }>("categories.json").attributes
const events = byName("events")
const objects = byName("objects")

const facts: OcsfFacts = {
  source: "https://github.com/ocsf/ocsf-schema",
  version: read<{ version: string }>("version.json").version,
  commit,
  licence: "Apache-2.0",
  types: Object.fromEntries(Object.entries(dictionary.types.attributes).map(([name, type]) => [name, typeOf(type)])),
  classes: Object.fromEntries(CLASSES.map((path) => classOf(read(`events/${path}.json`)))),
  objects: Object.fromEntries(OBJECTS.map((name) => [name, shapeOf(read(`objects/${name}.json`), objects)])),
}
writeFileSync("test/exporting/ocsf.json", `${JSON.stringify(facts)}\n`)

function byName(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(join(checkout ?? "", folder), { recursive: true, encoding: "utf8" })
  return new Map(
    paths.filter((path) => path.endsWith(".json")).map((path) => [basename(path, ".json"), `${folder}/${path}`]),
  )
}

function typeOf({ type, regex, max_len, range }: (typeof dictionary.types.attributes)[string]): OcsfType {
  return {
    ...(type && { base: type }),
    ...(regex && { regex }),
    ...(max_len && { max: max_len }),
    ...(range && { range }),
  }
}

function classOf(written: WrittenShape): readonly [string, OcsfShape] {
  const shape = shapeOf(written, events)
  const named = lineOf(written, events).find((one) => one.category !== undefined)?.category ?? ""
  // Base events belong to none.
  const category = categories[named] ?? { uid: 0, caption: "Uncategorized" }
  const uid = category.uid * 1_000 + (written.uid ?? 0)
  // The schema gives both numbers by rule, and writes them nowhere.
  const numbers = {
    category_uid: { type: "integer_t", is: "required", values: { [category.uid]: category.caption } },
    class_uid: { type: "integer_t", is: "required", values: { [uid]: written.caption } },
  }
  return [String(uid), { ...shape, attributes: { ...shape.attributes, ...numbers } }]
}

function shapeOf(written: WrittenShape, family: ReadonlyMap<string, string>): OcsfShape {
  const line = lineOf(written, family).reverse()
  const attributes: Record<string, Written> = {}
  for (const { attributes: own } of line) {
    for (const [name, attribute] of Object.entries(own)) {
      if (!isList(attribute)) merge(attributes, name, attribute)
      else for (const path of attribute) include(attributes, path)
    }
  }
  const constraints = line.findLast((one) => one.constraints !== undefined)?.constraints ?? {}
  const described = Object.entries(attributes).map(([name, attribute]) => [name, describe(name, attribute)] as const)
  return {
    name: written.name,
    caption: written.caption,
    attributes: Object.fromEntries(described),
    ...(constraints.at_least_one && { atLeastOne: constraints.at_least_one }),
    ...(constraints.just_one && { justOne: constraints.just_one }),
  }
}

// A shape, then what it extends, and so on to the root.
function lineOf(written: WrittenShape, family: ReadonlyMap<string, string>): WrittenShape[] {
  const parent = written.extends === undefined ? undefined : family.get(written.extends)
  return parent === undefined ? [written] : [written, ...lineOf(read<WrittenShape>(parent), family)]
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value)
}

// Attributes of a profile are there only for records that name the profile.
function include(attributes: Record<string, Written>, path: string): void {
  const profile = read<{ name: string; attributes: WrittenAttributes }>(path)
  for (const [name, attribute] of Object.entries(profile.attributes)) {
    if (!isList(attribute)) merge(attributes, name, { ...attribute, profile: profile.name })
  }
}

function merge(attributes: Record<string, Written>, name: string, attribute: Written): void {
  const before = attributes[name]
  const values = { ...before?.enum, ...attribute.enum }
  attributes[name] = { ...before, ...attribute, ...(Object.keys(values).length > 0 && { enum: values }) }
}

function describe(name: string, attribute: Written): OcsfAttribute {
  const general = dictionary.attributes[name] ?? {}
  const values = { ...general.enum, ...attribute.enum }
  const type = attribute.type ?? general.type
  if (type === undefined) throw new Error(`The dictionary says no type of ${name}.`)
  return {
    type,
    is: attribute.requirement ?? "optional",
    ...((attribute.is_array ?? general.is_array) && { many: true }),
    ...(attribute.profile && { profile: attribute.profile }),
    ...(Object.keys(values).length > 0 && {
      values: Object.fromEntries(Object.entries(values).map(([value, { caption }]) => [value, caption])),
    }),
  }
}
