/** For Hono, on Node, Bun and Deno. `import { mount } from "linklatch/hono"` */
import type { Auth } from "./auth.ts"
import { isOurs, type MountOptions } from "./http/is-ours.ts"
import { fromRequest } from "./http/web.ts"

export type { MountOptions } from "./http/is-ours.ts"

/** As much of Hono's context as is used here. */
export interface HonoContext {
  readonly req: { readonly raw: Request }
  readonly env: unknown
  header(name: string, value: string, options: { readonly append: boolean }): void
  body(body: string | Uint8Array<ArrayBuffer> | null, status: number): Response
}

/** What `@hono/node-server`, Bun and Deno hand to `fetch` beside the request. */
interface Bindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } }
  requestIP?(request: Request): { readonly address: string } | null
  readonly remoteAddr?: { readonly hostname?: string }
}

/**
 * Answers `/auth` and what is below it; every other request goes on. Put it ahead of whatever reads the body. Where the
 * server doesn't tell the client's address, it warns once (`remote_address_missing`).
 *
 * ```ts
 * app.use(mount(auth))
 * ```
 */
export function mount(auth: Pick<Auth, "answer">, options: MountOptions = {}) {
  return async (context: HonoContext, next: () => Promise<void>): Promise<Response | undefined> => {
    const { raw } = context.req
    const incoming = fromRequest(raw, remoteAddress(context))
    if (!isOurs(incoming.target, options)) {
      await next()
      return undefined
    }
    const { status, headers, body } = await auth.answer(incoming)
    // By the context, not in a Response of our own: what the application has set before, its cookies too, would be lost.
    for (const [name, value] of Object.entries(headers)) {
      for (const one of [value].flat()) context.header(name, one, { append: name === "Set-Cookie" })
    }
    return context.body(body, status)
  }
}

function remoteAddress({ env, req }: HonoContext): string | undefined {
  const bindings = (env ?? {}) as Bindings & { readonly server?: Bindings }
  const server = bindings.server ?? bindings
  return server.incoming?.socket?.remoteAddress ?? server.requestIP?.(req.raw)?.address ?? server.remoteAddr?.hostname
}
