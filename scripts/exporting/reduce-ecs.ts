import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"
import type { EcsFacts, EcsField } from "../../test/exporting/ecs-facts.ts"

/**
 * Makes test/exporting/ecs.json, the facts of the Elastic Common Schema that exports are checked against:
 * `node scripts/exporting/reduce-ecs.ts CHECKOUT COMMIT`, with a checkout of a release of github.com/elastic/ecs.
 */
const [checkout, commit] = process.argv.slice(2)
if (checkout === undefined || commit === undefined) throw new Error("Name a checkout of ecs, and its commit.")

// What our records are made of. A record that uses another field set fails its test, and asks for it here.
const SETS = [
  "ecs",
  "event",
  "http",
  "log",
  "related",
  "rule",
  "service",
  "source",
  "span",
  "trace",
  "user",
  "user_agent",
]
const BASE = ["@timestamp", "labels", "message", "tags"]

interface Written {
  readonly type: string
  readonly normalize: readonly string[]
  readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[]
}

const written: Record<string, Written> = parse(readFileSync(join(checkout, "generated/ecs/ecs_flat.yml"), "utf8"))
const kept = Object.entries(written).filter(([name]) => BASE.includes(name) || isOfSet(name))
const facts: EcsFacts = {
  source: "https://github.com/elastic/ecs",
  version: readFileSync(join(checkout, "version"), "utf8").trim(),
  commit,
  licence: "Apache-2.0",
  fields: Object.fromEntries(kept.map(([name, field]) => [name, fieldOf(field)])),
  typesOfCategory: Object.fromEntries(
    (written["event.category"]?.allowed_values ?? []).map(({ name, expected_event_types = [] }) => [
      name,
      expected_event_types,
    ]),
  ),
}
writeFileSync("test/exporting/ecs.json", `${JSON.stringify(facts)}\n`)

function isOfSet(name: string): boolean {
  return SETS.includes(name.split(".")[0] ?? "") && !name.includes(".entity.") && !name.includes(".geo.")
}

function fieldOf({ type, normalize, allowed_values }: Written): EcsField {
  return {
    type,
    ...(normalize.includes("array") && { many: true }),
    ...(allowed_values && { values: allowed_values.map(({ name }) => name) }),
  }
}
