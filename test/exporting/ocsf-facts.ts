import { readFileSync } from "node:fs"

/** What scripts/exporting/reduce-ocsf.ts keeps of a release of the Open Cybersecurity Schema Framework. */
export interface OcsfFacts {
  readonly source: string
  readonly version: string
  readonly commit: string
  readonly licence: string
  readonly types: Readonly<Record<string, OcsfType>>
  /** By `class_uid`. */
  readonly classes: Readonly<Record<string, OcsfShape>>
  /** By name; those that our records have no use for are missing. */
  readonly objects: Readonly<Record<string, OcsfShape>>
}

export interface OcsfType {
  /** The type that it narrows. */
  readonly base?: string
  readonly regex?: string
  readonly max?: number
  readonly range?: readonly [number, number]
}

export interface OcsfShape {
  readonly name: string
  readonly caption: string
  readonly attributes: Readonly<Record<string, OcsfAttribute>>
  readonly atLeastOne?: readonly string[]
  readonly justOne?: readonly string[]
}

export interface OcsfAttribute {
  /** A type, or the name of an object. */
  readonly type: string
  /** `required`, `recommended` or `optional`. */
  readonly is: string
  /** A list of them. */
  readonly many?: boolean
  /** The profile that a record must name to have it. */
  readonly profile?: string
  /** Each allowed value, with its caption. */
  readonly values?: Readonly<Record<string, string>>
}

export const ocsf: OcsfFacts = JSON.parse(readFileSync(new URL("./ocsf.json", import.meta.url), "utf8"))
