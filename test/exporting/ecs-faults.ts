import { isIP } from "node:net"
import { type EcsField, ecs } from "./ecs-facts.ts"

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with a record by the published fields; empty where nothing is. */
export function ecsFaults(record: Fields): readonly string[] {
  const event = (record["event"] ?? {}) as Fields
  const required = ["@timestamp", "ecs.version", "event.kind", "event.dataset", "event.sequence", "event.hash"]
  const fields = flatten(record, "")
  const names = new Set(fields.map(([name]) => name))
  return [
    ...required.filter((name) => !names.has(name)).map((name) => `${name}: missing`),
    ...fields.flatMap(([name, value]) => fieldFaults(name, value)),
    ...((record["ecs"] as Fields | undefined)?.["version"] === ecs.version ? [] : ["ecs.version"]),
    ...categoryFaults(listOf(event["category"]), listOf(event["type"])),
  ]
}

// Leaves of the document under their dotted names. Labels stay together: their names are ours.
function flatten(value: Fields, path: string): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${path}${name}`
    const isInner = typeof member === "object" && member !== null && !Array.isArray(member) && at !== "labels"
    return isInner ? flatten(member as Fields, `${at}.`) : [[at, member] as const]
  })
}

function fieldFaults(name: string, value: unknown): readonly string[] {
  const field = Object.hasOwn(ecs.fields, name) ? ecs.fields[name] : undefined
  if (field === undefined) return [`${name}: no such field among the facts (scripts/exporting/reduce-ecs.ts)`]
  if (name === "labels") return labelFaults(value as Fields)
  if (field.many !== true) return valueFaults(name, value, field)
  if (!Array.isArray(value) || value.length === 0) return [`${name}: should be a list that isn't empty`]
  return value.flatMap((one) => valueFaults(name, one, field))
}

// Keywords, no objects: a dot in a name would make one.
function labelFaults(labels: Fields): readonly string[] {
  return Object.entries(labels)
    .filter(([name, value]) => typeof value !== "string" || name.includes(".") || name === "")
    .map(([name]) => `labels.${name}`)
}

function valueFaults(name: string, value: unknown, { type, values }: EcsField): readonly string[] {
  const isText = typeof value === "string"
  const isFit = {
    keyword: isText,
    wildcard: isText,
    match_only_text: isText,
    constant_keyword: isText,
    date: isText && !Number.isNaN(Date.parse(value)),
    ip: isText && isIP(value) !== 0,
    long: Number.isSafeInteger(value),
    float: Number.isFinite(value),
    boolean: typeof value === "boolean",
  }[type]
  const isAllowed = values === undefined || values.includes(String(value))
  return isFit === true && isAllowed ? [] : [`${name}: ${JSON.stringify(value)} is no ${type} of it`]
}

// Each type is one that a category expects, and each category has one that it expects.
function categoryFaults(categories: readonly string[], types: readonly string[]): readonly string[] {
  const expects = (category: string, type: string) => ecs.typesOfCategory[category]?.includes(type) === true
  return [
    ...types
      .filter((type) => !categories.some((category) => expects(category, type)))
      .map((type) => `event.type ${type}`),
    ...categories
      .filter((category) => !types.some((type) => expects(category, type)))
      .map((one) => `event.category ${one}`),
  ]
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : []
}
