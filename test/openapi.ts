import { readFileSync } from "node:fs"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import ajvFormats from "ajv-formats"

/** What is wrong with an answer of the API by docs/openapi.json: nothing, or a sentence for each fault. */
export type FindFaults = (method: string, path: string, response: Response) => Promise<readonly string[]>

interface Media {
  readonly schema: object
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>
}

interface Documented {
  readonly content?: Readonly<Record<string, Media>>
  readonly headers?: object
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Record<string, Ref> }>>>>
  readonly components: { readonly responses: Readonly<Record<string, Documented>>; readonly schemas: object }
}

type Ref = Documented | { readonly $ref: string }

// Said in the file where they mean something; every answer may carry the others.
const TOLD_HEADERS = ["set-cookie", "clear-site-data", "ratelimit", "retry-after", "www-authenticate"]

export const openapi = JSON.parse(readFileSync(new URL("../docs/openapi.json", import.meta.url), "utf8")) as OpenApi
const ajv = new Ajv2020({ strict: false, allErrors: true })
ajvFormats.default(ajv)
const validators = new Map<object, ValidateFunction>()

export const findFaults: FindFaults = async (method, path, response) => {
  const { status, headers } = response
  const where = `${method} ${path} ${status}`
  const found = findOperation(method, path)
  if (found === undefined) return status === 404 || status === 405 ? [] : [`${where} is no operation of the file.`]
  const ref = found.responses[status]
  if (ref === undefined) return [`${where} is not in the file.`]
  const documented = resolve(ref)
  const told = Object.keys(documented.headers ?? {}).map((name) => name.toLowerCase())
  const untold = TOLD_HEADERS.filter((name) => headers.has(name) && !told.includes(name))
  return [
    ...untold.map((name) => `${where}: the file says nothing of ${name}.`),
    ...bodyFaults(documented, headers.get("content-type"), await response.text()).map((fault) => `${where}: ${fault}`),
  ]
}

/** Every body that the file gives for an example, with its schema. */
export function examplesIn({
  content = {},
}: Documented): readonly (readonly [name: string, faults: readonly string[]])[] {
  return Object.values(content).flatMap(({ schema, examples }) =>
    Object.entries(examples).map(([name, { value }]) => [name, schemaFaults(schema, value)] as const),
  )
}

export function resolve(ref: Ref): Documented {
  if (!("$ref" in ref)) return ref
  const response = openapi.components.responses[ref.$ref.split("/").at(-1) ?? ""]
  if (response === undefined) throw new Error(`${ref.$ref} is not in the file.`)
  return response
}

function findOperation(method: string, path: string) {
  const key = Object.keys(openapi.paths).find((one) => new RegExp(`^${one.replace(/\{\w+\}/g, "[^/]+")}$`).test(path))
  return key === undefined ? undefined : openapi.paths[key]?.[method.toLowerCase()]
}

function bodyFaults({ content = {} }: Documented, type: string | null, text: string): readonly string[] {
  const types = Object.keys(content)
  if (types.length === 0) return text === "" && type === null ? [] : ["a body that the file doesn't know"]
  const media = content[type ?? ""]
  return media === undefined ? [`${type} is not one of ${types}`] : schemaFaults(media.schema, JSON.parse(text))
}

function schemaFaults(schema: object, value: unknown): readonly string[] {
  let validate = validators.get(schema)
  if (validate === undefined) {
    // References are looked for in what is compiled, so the schemas go along.
    const { schemas } = openapi.components
    validate = ajv.compile(closed({ ...schema, components: { schemas } }) as object)
    validators.set(schema, validate)
  }
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

/** The file lets answers grow; a test must notice a field that nobody wrote down. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (schema === null || typeof schema !== "object") return schema
  const inside = Object.fromEntries(Object.entries(schema).map(([name, part]) => [name, closed(part)]))
  return inside["type"] === "object" && "properties" in inside ? { ...inside, additionalProperties: false } : inside
}
