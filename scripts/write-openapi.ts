// Writes docs/openapi.json from the schemas, the routes and what a real site answers. `--check` only compares.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Validator } from "@seriousme/openapi-schema-validator"
import { openapiDocument } from "./openapi/document.ts"
import { recordAnswers } from "./openapi/record-answers.ts"
import { projectRoot } from "./run-command.ts"

const target = join(projectRoot, "docs/openapi.json")
const document = openapiDocument(await recordAnswers())
const text = `${JSON.stringify(document, null, 2)}\n`

const { valid, errors } = await new Validator().validate(structuredClone(document) as Record<string, unknown>)
if (!valid) {
  console.error("What would be docs/openapi.json is no valid OpenAPI:", JSON.stringify(errors, null, 2))
  process.exitCode = 1
} else if (!process.argv.includes("--check")) {
  writeFileSync(target, text)
} else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
  console.error("docs/openapi.json is not what the API answers. Write it anew with: npm run openapi")
  process.exitCode = 1
}
