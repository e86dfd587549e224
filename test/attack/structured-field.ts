/** An item of a structured field, as far as limits are told with: a string with whole numbers for parameters. */
export interface FieldItem {
  readonly name: string
  readonly parameters: ReadonlyMap<string, number>
}

const ITEM = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"((?:; *[a-z*][a-z0-9_.*-]*=-?[0-9]{1,15})*)$/

/** Reads a list of one such item (RFC 9651 §3.1, §3.3), or throws. */
export function parseItem(field: string | null): FieldItem {
  const [, name, tail = ""] = ITEM.exec(field ?? "") ?? []
  if (name === undefined) throw new Error(`${field} is no item of RFC 9651.`)
  const pairs = tail
    .split(";")
    .slice(1)
    .map((pair) => pair.trim().split("=") as [string, string])
  return { name, parameters: new Map(pairs.map(([key, value]) => [key, Number(value)])) }
}
