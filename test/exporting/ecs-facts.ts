import { readFileSync } from "node:fs"

/** What scripts/exporting/reduce-ecs.ts keeps of a release of the Elastic Common Schema. */
export interface EcsFacts {
  readonly source: string
  readonly version: string
  readonly commit: string
  readonly licence: string
  /** By dotted name, of the field sets that our records use. */
  readonly fields: Readonly<Record<string, EcsField>>
  /** The values of `event.type` that go with each of `event.category`. */
  readonly typesOfCategory: Readonly<Record<string, readonly string[]>>
}

export interface EcsField {
  readonly type: string
  /** A list of them, even where there is one. */
  readonly many?: boolean
  readonly values?: readonly string[]
}

export const ecs: EcsFacts = JSON.parse(readFileSync(new URL("./ecs.json", import.meta.url), "utf8"))
