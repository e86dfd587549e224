import { readFileSync } from "node:fs"
import { join } from "node:path"
import { projectRoot } from "../run-command.ts"
import { code, fence, page, table } from "./markdown.ts"

/** As much of an OpenAPI 3.1 file as ours has. */
interface OpenApi {
  readonly info: { readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, OpenApiResponse>>
  }
}

interface Operation {
  readonly summary: string
  readonly description: string
  readonly parameters?: readonly { readonly name: string; readonly description: string }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, OpenApiResponse>>
}

interface OpenApiResponse {
  readonly $ref?: string
  readonly content?: Content
}

type Content = Readonly<
  Record<string, { readonly schema: Schema; readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
>

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly enum?: readonly string[]
  readonly description?: string
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

const FILE = "docs/openapi.json"

/** What the API takes and answers, from its OpenAPI file. */
export function jsonApiPage(): string {
  const api = JSON.parse(readFileSync(join(projectRoot, FILE), "utf8")) as OpenApi
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      tellOperation(api, `${method.toUpperCase()} ${path}`, operation),
    ),
  )
  const [about = "", rules = ""] = api.info.description.split("\n\n")
  return page(
    "# JSON API",
    `${about} For programs: [openapi.json](../openapi.json). How to build pages on it: [your own pages](../guides/your-own-pages.md).`,
    rules.replace("stable `code`", "stable `code`: [errors](../errors.md#codes-of-a-problem)"),
    ...operations,
    "## What it answers",
    ...Object.entries(api.components.schemas)
      .filter(([name]) => !name.endsWith("Body"))
      .map(([name, schema]) => page(`### ${name}`, schema.description ?? "", fields(schema)).trim()),
  )
}

function tellOperation(api: OpenApi, name: string, operation: Operation): string {
  const { summary, description, parameters = [], requestBody, responses } = operation
  const body = requestBody?.content["application/json"]?.schema
  const taken = body === undefined ? "" : fields(resolve(api, body))
  const inPath = parameters.map((one) => [code(one.name), "string, in the path", one.description])
  return page(
    `## ${code(name)}`,
    `${summary}. ${description}`,
    taken === "" ? table(["field", "type", "what it is"], inPath) : taken,
    ...Object.entries(responses).flatMap(([status, response]) =>
      status.startsWith("2") ? [success(status, response)] : [],
    ),
    `Problems: ${problems(api, responses)}.`,
  ).trim()
}

function success(status: string, { content }: OpenApiResponse): string {
  const json = content?.["application/json"]
  if (json === undefined) return `Answers ${status}, with no body.`
  const [example] = Object.values(json.examples ?? {})
  const shown = example === undefined ? "" : fence("json", JSON.stringify(example.value, null, 2))
  return page(`Answers ${status} with ${tellType(json.schema)}:`, shown).trim()
}

/** The codes of all that isn't 2xx, in the order of their status. */
function problems(api: OpenApi, responses: Operation["responses"]): string {
  const codes = Object.entries(responses).flatMap(([status, response]) => {
    if (status.startsWith("2")) return []
    const { $ref } = response
    const { content } = $ref === undefined ? response : (api.components.responses[lastOf($ref)] ?? {})
    const parts = content?.["application/problem+json"]?.schema.allOf ?? []
    return parts.flatMap((part) => part.properties?.["code"]?.enum ?? []).map((one) => `${code(one)} (${status})`)
  })
  return codes.join(", ")
}

function fields({ properties, required = [], anyOf }: Schema): string {
  if (properties === undefined) return (anyOf ?? []).map(fields).join("\n\nor\n\n")
  const rows = Object.entries(properties).map(([name, schema]) => {
    const words = [schema, ...(schema.anyOf ?? [])].map(({ description }) => description).filter(Boolean)
    return [code(required.includes(name) ? name : `${name}?`), tellType(schema), words.join(" ")]
  })
  return table(["field", "type", "what it is"], rows)
}

function tellType({ $ref, type, format, items, anyOf }: Schema): string {
  if ($ref !== undefined) return `[${lastOf($ref)}](#${lastOf($ref).toLowerCase()})`
  if (anyOf !== undefined) return anyOf.map(tellType).join(" or ")
  if (items !== undefined) return `list of ${tellType(items)}`
  return format === undefined ? (type ?? "") : `${type}, ${format}`
}

function resolve(api: OpenApi, schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (api.components.schemas[lastOf(schema.$ref)] ?? schema)
}

function lastOf(ref: string): string {
  return ref.slice(ref.lastIndexOf("/") + 1)
}
