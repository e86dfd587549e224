import type { Store } from "../../../src/core/store.ts"

/** A decision by its name and its argument, so that another process or another store can be told to make it. */
export interface Order {
  readonly part: string
  readonly method: string
  readonly args: unknown
}

type Method = (args: never) => Promise<unknown>
type Methods<Part> = { [M in keyof Part]: Part[M] extends Method ? M : never }[keyof Part]

/** `order("links", "redeem", args)`, with the types of the port. */
export function order<P extends keyof Store, M extends Methods<Store[P]>>(
  part: P,
  method: M,
  args: Store[P][M] extends (args: infer Args) => Promise<unknown> ? Args : never,
): Order {
  return { part, method: String(method), args }
}

export function obey(store: Store, { part, method, args }: Order): Promise<unknown> {
  const methods = store[part as keyof Store] as unknown as Record<string, (args: unknown) => Promise<unknown>>
  const decide = methods[method]
  if (decide === undefined) throw new Error(`there is no ${part}.${method}`)
  return decide.call(methods, args)
}
