import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as v from "valibot"
import { parse } from "yaml"
import { projectRoot } from "../../scripts/run-command.ts"

export const COMPOSE_FOLDER = join(projectRoot, "examples/compose")

// Every key that the example uses, with its shape, and no other: Compose itself isn't here to find a misspelt one.
const texts = v.array(v.string())
const seconds = v.pipe(v.string(), v.regex(/^\d+s$/))
const condition = v.picklist(["service_started", "service_healthy", "service_completed_successfully"])
const service = v.strictObject({
  image: v.string(),
  build: v.optional(v.string()),
  entrypoint: v.optional(texts),
  command: v.optional(texts),
  restart: v.picklist(["no", "unless-stopped"]),
  read_only: v.optional(v.boolean()),
  cap_drop: v.optional(texts),
  security_opt: v.optional(texts),
  logging: v.strictObject({ driver: v.literal("local") }),
  stop_grace_period: v.optional(seconds),
  mem_limit: v.optional(v.pipe(v.string(), v.regex(/^\d+m$/))),
  depends_on: v.optional(v.record(v.string(), v.strictObject({ condition }))),
  networks: v.union([texts, v.record(v.string(), v.strictObject({ ipv4_address: v.pipe(v.string(), v.ipv4()) }))]),
  ports: v.optional(texts),
  environment: v.optional(v.record(v.string(), v.string())),
  secrets: v.optional(texts),
  volumes: v.optional(texts),
  healthcheck: v.optional(
    v.strictObject({
      test: texts,
      interval: seconds,
      timeout: seconds,
      retries: v.number(),
      start_period: v.optional(seconds),
    }),
  ),
})
const network = v.strictObject({
  ipam: v.optional(v.strictObject({ config: v.array(v.strictObject({ subnet: v.string() })) })),
  internal: v.optional(v.boolean()),
})
const compose = v.looseObject({
  name: v.string(),
  services: v.record(v.string(), service),
  networks: v.record(v.string(), network),
  volumes: v.record(v.string(), v.null()),
  secrets: v.record(v.string(), v.strictObject({ file: v.string() })),
})

export type Compose = v.InferOutput<typeof compose>
export type Service = Compose["services"][string]

/** examples/compose/compose.yaml, with variables put in as Compose does. Throws where a key has no place there. */
export function readCompose(variables: Readonly<Record<string, string>> = {}): Compose {
  const text = readFileSync(join(COMPOSE_FOLDER, "compose.yaml"), "utf8")
  return v.parse(compose, interpolate(parse(text, { merge: true }), variables))
}

function interpolate(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string")
    return value.replace(/\$\$|\$\{(\w+):-([^}]*)\}/g, (whole, name: string | undefined, otherwise: string) =>
      whole === "$$" ? "$" : (variables[name ?? ""] ?? otherwise),
    )
  if (Array.isArray(value)) return value.map((one) => interpolate(one, variables))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, interpolate(one, variables)]))
}
