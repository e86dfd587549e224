import type { CheckpointOutlet } from "../../src/checkpoints.ts"
import type { MailTransport, Store } from "../../src/index.ts"
import { type Pass, SEALING_METHODS, STORE_METHODS } from "./points.ts"

/** The same store, which passes a point before and after each decision. Nothing in the store itself knows of it. */
export function withFailpoints(store: Store, pass: Pass): Store {
  const ports = new Map<string, object>()
  for (const name of [...STORE_METHODS, ...SEALING_METHODS, "sealing.prune", "outbox.settle"]) {
    const [port = "", method = ""] = name.split(".")
    const inner = (ports.get(port) ?? store[port as keyof Store]) as object
    ports.set(
      port,
      withMethod(inner, method, (call) => around(name, call, pass)),
    )
  }
  return withMembers(store, ports)
}

/** The same for a transport. */
export function transportWithFailpoints(transport: MailTransport, pass: Pass): MailTransport {
  return withMethod(transport, "send", (send) => around("mail.send", send, pass))
}

/** The same for an outlet of checkpoints. */
export function outletWithFailpoints(outlet: CheckpointOutlet, name: string, pass: Pass): CheckpointOutlet {
  return withMethod(outlet, "publish", (publish) => around(`outlet.${name}`, publish, pass))
}

type Call = (...args: never[]) => Promise<unknown>

function around(name: string, call: Call, pass: Pass): Call {
  return async (...args) => {
    const full = name === "outbox.settle" ? `${name}-${statusOf(args)}` : name
    pass(`before:${full}`)
    const outcome = await call(...args)
    pass(`after:${full}`)
    return outcome
  }
}

function statusOf([settle]: readonly unknown[]): string {
  return (settle as { readonly result: { readonly status: string } }).result.status
}

function withMethod<T extends object>(target: T, method: string, wrap: (call: Call) => Call): T {
  const call = Reflect.get(target, method) as Call
  return withMembers(target, new Map([[method, wrap(call.bind(target))]]))
}

/** Whether the members stand in the object or in its class, and whatever private fields it has. */
export function withMembers<T extends object>(target: T, members: ReadonlyMap<string, unknown>): T {
  return new Proxy(target, {
    get(inner, key) {
      const own = typeof key === "string" ? members.get(key) : undefined
      const value: unknown = own ?? Reflect.get(inner, key, inner)
      return own === undefined && typeof value === "function" ? value.bind(inner) : value
    },
  })
}
