/** For Fastify 5. `import { mount } from "linklatch/fastify"` */
import type { IncomingMessage } from "node:http"
import type { Auth } from "./auth.ts"
import { LinklatchError } from "./core/fault.ts"
import { isOurs, type MountOptions } from "./http/is-ours.ts"
import { fromNode } from "./http/node.ts"

export type { MountOptions } from "./http/is-ours.ts"

/** As much of Fastify as is used here. */
export interface FastifyScope {
  readonly prefix: string
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: null, body: unknown) => void) => void,
  ): unknown
  all(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown
}

interface FastifyRequest {
  readonly raw: IncomingMessage
  readonly body: unknown
}

interface FastifyReply {
  code(status: number): FastifyReply
  headers(headers: object): FastifyReply
  serializer(write: (text: string) => string): FastifyReply
  send(body?: string | Uint8Array): FastifyReply
  callNotFound(): void
}

/**
 * A plugin that answers `/auth` and what is below it. The application's hooks run for it; its content type parsers don't.
 *
 * ```ts
 * await app.register(mount(auth))
 * ```
 */
export function mount(auth: Pick<Auth, "answer">, options: MountOptions = {}): (app: FastifyScope) => Promise<void> {
  return async (app) => {
    const cure = "The pages stand at /auth: register the mount without a prefix."
    if (app.prefix !== "") throw new LinklatchError("invalid_argument", cure)
    app.removeAllContentTypeParsers()
    app.addContentTypeParser("*", (_request, payload, done) => done(null, payload))
    const paths = ["/auth", "/auth/*", ...(options.admin === true ? ["/admin", "/admin/*"] : [])]
    for (const path of paths) {
      app.all(path, async ({ raw, body: payload }, reply) => {
        const incoming = fromNode(raw, { body: payload })
        // The router may have been told to read /AUTH and /auth alike.
        if (!isOurs(incoming.target, options)) return reply.callNotFound()
        const { status, headers, body } = await auth.answer(incoming)
        reply.code(status).headers(headers)
        // With a serializer of ours, Fastify leaves the content type of JSON alone.
        return reply.serializer(String).send(body ?? undefined)
      })
    }
  }
}
