/** For Express 5. `import { mount } from "linklatch/express"` */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Auth } from "./auth.ts"
import { isOurs, type MountOptions } from "./http/is-ours.ts"
import { fromNode, sendAnswer } from "./http/node.ts"

export type { MountOptions } from "./http/is-ours.ts"

/** As much of a request of Express as is read here. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string
  readonly body?: unknown
}

export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Answers `/auth` and what is below it; every other request goes on as it came. It may stand before or behind
 * `express.json()` and `express.urlencoded()`, and under a path of its own: `app.use("/auth", mount(auth))` is the same.
 *
 * The client's address is that of the socket, and `trustedProxies` of Linklatch say whom else to believe: `trust proxy` of
 * Express isn't read.
 *
 * ```ts
 * app.use(mount(auth))
 * ```
 */
export function mount(auth: Pick<Auth, "answer">, options: MountOptions = {}): ExpressMiddleware {
  return (request, response, next) => {
    const { originalUrl: target, body } = request
    const incoming = fromNode(request, { target, body })
    if (!isOurs(incoming.target, options)) return next()
    auth
      .answer(incoming)
      .then((answer) => sendAnswer(response, answer))
      .catch(next)
  }
}
