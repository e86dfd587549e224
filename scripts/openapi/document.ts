import { toJsonSchemaDefs } from "@valibot/to-json-schema"
import { routes } from "../../src/http/routes.ts"
import { readManifest } from "../manifest.ts"
import { projectRoot } from "../run-command.ts"
import { describeAnswers } from "./describe-answers.ts"
import { type Operation, operations } from "./operations.ts"
import type { RecordedAnswer } from "./record-answers.ts"
import { schemas } from "./schemas.ts"

interface PathItem {
  readonly responses: Record<string, object>
}

type Paths = Record<string, Record<string, PathItem>>

/** The API as OpenAPI 3.1: its routes, its schemas, and the answers that a real site gave. */
export function openapiDocument(answers: readonly RecordedAnswer[]): object {
  const apiRoutes = routes.filter(({ path }) => path.startsWith("/auth/api/"))
  const keys = apiRoutes.map(({ method, path }) => `${method} ${path}`)
  const unknown = Object.keys(operations).filter((key) => !keys.includes(key))
  if (unknown.length > 0) throw new Error(`There is no route for ${unknown.join(", ")}.`)
  const paths: Paths = {}
  for (const key of keys) {
    const operation = operations[key]
    if (operation === undefined) throw new Error(`${key} is not in scripts/openapi/operations.ts.`)
    const [method = "", path = ""] = key.split(" ")
    const place = path.replace(/:(\w+)/g, "{$1}")
    const own = answers.filter((answer) => answer.operation === key)
    paths[place] = { ...paths[place], [method.toLowerCase()]: describeOperation(operation, own) }
  }
  const responses = takeOutShared(paths)
  const components = { schemas: describeSchemas(), responses, securitySchemes: describeCookies() }
  return { openapi: "3.1.1", info: describeApi(), servers: [SERVER], paths, components }
}

const SERVER = { url: "https://login.example.com", description: "Your own: PUBLIC_BASE_URL." }

function describeApi(): object {
  const { version } = readManifest(projectRoot)
  const description = [
    "Sign people in by e-mail from pages of your own. A POST or a DELETE must come from your own pages (browsers say so themselves), or from a program that is no browser, with `Content-Type: application/json`.",
    "What goes wrong is `application/problem+json` (RFC 9457) with a stable `code`. Answers may gain fields; a body with a field that is not listed here is refused.",
    "Made by scripts/write-openapi.ts from the schemas that read the bodies and from what a real site answered.",
  ].join("\n\n")
  return { title: "Linklatch", version, description, license: { name: "MIT", identifier: "MIT" } }
}

function describeOperation(operation: Operation, answers: readonly RecordedAnswer[]) {
  const { operationId, summary, description, body, answer, cookies, parameters = {} } = operation
  const schema = { $ref: `#/components/schemas/${body}` }
  const described = Object.entries(parameters).map(describeParameter)
  return {
    operationId,
    summary,
    description,
    security: cookies.flatMap(describeNeed),
    ...(described.length > 0 && { parameters: described }),
    ...(body !== undefined && { requestBody: { required: true, content: { "application/json": { schema } } } }),
    responses: describeAnswers(answers, answer),
  }
}

/** `{}` stands for "or nothing". */
function describeNeed(cookie: Operation["cookies"][number]): object[] {
  return cookie.endsWith("?") ? [{}, { [cookie.slice(0, -1)]: [] }] : [{ [cookie]: [] }]
}

function describeParameter([name, description]: [string, string]): object {
  return { name, in: "path", required: true, description, schema: { type: "string" } }
}

function describeCookies(): object {
  const cookie = (name: string, description: string) => ({ type: "apiKey", in: "cookie", name, description })
  return {
    session: cookie("__Host-linklatch_session", "A signed-in browser. Over http, in development: `linklatch_session`."),
    flow: cookie("__Host-linklatch_flow", "The browser that asked. Over http, in development: `linklatch_flow`."),
  }
}

function describeSchemas(): object {
  const defs = toJsonSchemaDefs(schemas, { target: "draft-2020-12" })
  return JSON.parse(JSON.stringify(defs).replaceAll("#/$defs/", "#/components/schemas/")) as object
}

/** What several operations answer alike stands once. Returns those, by the code of their problem. */
function takeOutShared(paths: Paths): Record<string, object> {
  const operationItems = Object.values(paths).flatMap((item) => Object.values(item))
  const texts = operationItems.flatMap(({ responses }) => Object.values(responses).map((one) => JSON.stringify(one)))
  const shared: Record<string, object> = {}
  for (const { responses } of operationItems) {
    for (const [status, response] of Object.entries(responses)) {
      const text = JSON.stringify(response)
      const [, code] = /"description":"`(\w+)`"/.exec(text) ?? []
      if (code === undefined || texts.filter((other) => other === text).length < 2) continue
      shared[code] = response
      responses[status] = { $ref: `#/components/responses/${code}` }
    }
  }
  return shared
}
