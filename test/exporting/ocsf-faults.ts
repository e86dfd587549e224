import { type OcsfAttribute, type OcsfShape, ocsf } from "./ocsf-facts.ts"

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with a record by the published schema, in all its depth; empty where nothing is. */
export function ocsfFaults(record: Fields): readonly string[] {
  const shape = ocsf.classes[String(record["class_uid"])]
  if (shape === undefined) return [`class_uid ${record["class_uid"]}: no such class among the facts`]
  const { profiles = [], version } = (record["metadata"] ?? {}) as { profiles?: readonly string[]; version?: string }
  return [
    ...shapeFaults(record, shape, profiles, ""),
    ...(version === ocsf.version ? [] : [`metadata.version: ${version}`]),
    ...classificationFaults(record, shape),
  ]
}

function classificationFaults(record: Fields, shape: OcsfShape): readonly string[] {
  const activity = Number(record["activity_id"])
  const said = shape.attributes["activity_id"]?.values?.[activity]
  return [
    ...expected("category_name", record, shape.attributes["category_uid"]?.values?.[String(record["category_uid"])]),
    ...expected("class_name", record, shape.caption),
    ...expected("type_uid", record, Number(record["class_uid"]) * 100 + activity),
    ...expected("type_name", record, `${shape.caption}: ${said}`),
  ]
}

function expected(name: string, record: Fields, value: unknown): readonly string[] {
  return record[name] === value ? [] : [`${name}: ${record[name]} where ${value} should be`]
}

function shapeFaults(value: Fields, shape: OcsfShape, profiles: readonly string[], path: string): readonly string[] {
  const isThere = (name: string) => Object.hasOwn(value, name)
  const applies = ({ profile }: OcsfAttribute) => profile === undefined || profiles.includes(profile)
  const missing = Object.entries(shape.attributes)
    .filter(([name, attribute]) => attribute.is === "required" && applies(attribute) && !isThere(name))
    .map(([name]) => `${path}${name}: required`)
  const few = shape.atLeastOne !== undefined && !shape.atLeastOne.some(isThere)
  const many = shape.justOne !== undefined && shape.justOne.filter(isThere).length !== 1
  return [
    ...missing,
    ...(few ? [`${path || shape.name}: needs one of ${shape.atLeastOne}`] : []),
    ...(many ? [`${path || shape.name}: needs exactly one of ${shape.justOne}`] : []),
    ...Object.entries(value).flatMap(([name, member]) => {
      const attribute = Object.hasOwn(shape.attributes, name) ? shape.attributes[name] : undefined
      if (attribute === undefined) return [`${path}${name}: no such attribute of ${shape.name}`]
      if (!applies(attribute)) return [`${path}${name}: belongs to the profile ${attribute.profile}`]
      const caption = siblingFaults(value, name, attribute, path)
      return [...caption, ...attributeFaults(member, attribute, profiles, `${path}${name}`)]
    }),
  ]
}

// `status` beside `status_id` says its caption, but for 99, whose name is the source's own.
function siblingFaults(value: Fields, name: string, { values }: OcsfAttribute, path: string): readonly string[] {
  const sibling = name === "activity_id" ? "activity_name" : name.replace(/_id$/, "")
  if (values === undefined || sibling === name) return []
  const id = String(value[name])
  if (id === "99") return value[sibling] === undefined ? [`${path}${sibling}: 99 needs a name`] : []
  const caption = value[sibling] ?? values[id]
  return caption === values[id] ? [] : [`${path}${sibling}: ${caption} where ${values[id]} should be`]
}

function attributeFaults(
  value: unknown,
  attribute: OcsfAttribute,
  profiles: readonly string[],
  path: string,
): readonly string[] {
  if (attribute.many === true) {
    if (!Array.isArray(value)) return [`${path}: should be a list`]
    return value.flatMap((one, at) => attributeFaults(one, { ...attribute, many: false }, profiles, `${path}[${at}]`))
  }
  if (attribute.values !== undefined && !Object.hasOwn(attribute.values, String(value))) {
    return [`${path}: ${value} is no value of it`]
  }
  if (Object.hasOwn(ocsf.types, attribute.type)) return typeFaults(value, attribute.type, path)
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path}: should be an object`]
  // Anything may stand in it: `unmapped`.
  if (attribute.type === "object") return []
  const shape = ocsf.objects[attribute.type]
  if (shape === undefined)
    return [`${path}: ${attribute.type} is not among the facts (scripts/exporting/reduce-ocsf.ts)`]
  return shapeFaults(value as Fields, shape, profiles, `${path}.`)
}

function typeFaults(value: unknown, name: string, path: string): readonly string[] {
  const type = ocsf.types[name] ?? {}
  const fault = type.base === undefined ? [] : typeFaults(value, type.base, path)
  if (fault.length > 0) return fault
  const isFit = {
    string_t: typeof value === "string",
    boolean_t: typeof value === "boolean",
    integer_t: Number.isInteger(value),
    long_t: Number.isSafeInteger(value),
    float_t: Number.isFinite(value),
  }[name]
  if (isFit === false) return [`${path}: ${JSON.stringify(value)} is no ${name}`]
  if (type.regex !== undefined && !new RegExp(type.regex).test(String(value)))
    return [`${path}: ${value} is no ${name}`]
  if (type.max !== undefined && String(value).length > type.max) return [`${path}: longer than ${type.max}`]
  const [least = -Infinity, most = Infinity] = type.range ?? []
  return Number(value) < least || Number(value) > most ? [`${path}: ${value} is no ${name}`] : []
}
