import { storableText } from "../src/core/storable-text.ts"
import type { Store } from "../src/index.ts"

/** A store that throws at text which not every store can keep: nobody may hand it any (see `Store`). */
export function strictStore(store: Store): Store {
  return strict(store, store.name)
}

function strict<T extends object>(part: T, path: string): T {
  return new Proxy(part, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      const where = `${path}.${String(name)}`
      if (typeof member === "object" && member !== null) return strict(member, where)
      if (typeof member !== "function") return member
      return (...args: unknown[]) => {
        const text = findUnstorable(args)
        if (text !== undefined) throw new TypeError(`${where} was given ${JSON.stringify(text)}`)
        return Reflect.apply(member, target, args)
      }
    },
  })
}

function findUnstorable(value: unknown): string | undefined {
  if (typeof value === "string") return storableText(value) === value ? undefined : value
  if (typeof value !== "object" || value === null) return undefined
  for (const inner of Object.entries(value).flat()) {
    const text = findUnstorable(inner)
    if (text !== undefined) return text
  }
  return undefined
}
