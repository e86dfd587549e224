/** For `node:http` and what is built like it. `import { mount } from "linklatch/node"` */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Auth } from "./auth.ts"
import { isOurs, type MountOptions } from "./http/is-ours.ts"
import { fromNode, sendAnswer } from "./http/node.ts"

export type { MountOptions } from "./http/is-ours.ts"

/** The application: whatever `createServer` takes. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown

/** A handler for `createServer`, and a middleware where its caller gives a third argument. */
export type MountedNode = (request: IncomingMessage, response: ServerResponse, next?: () => unknown) => unknown

const NOT_FOUND = {
  status: 404,
  headers: { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" },
  body: "Not found\n",
} as const

/**
 * Answers `/auth` and what is below it, and hands every other request to `next` as it came; without one it is a 404. What
 * `next` throws or returns goes to the caller.
 *
 * ```ts
 * createServer(mount(auth, (request, response) => app(request, response))).listen(3000)
 * ```
 */
export function mount(auth: Pick<Auth, "answer">, next?: NodeHandler, options: MountOptions = {}): MountedNode {
  return (request, response, after) => {
    const incoming = fromNode(request)
    if (!isOurs(incoming.target, options)) {
      if (after !== undefined) return after()
      return next === undefined ? sendAnswer(response, NOT_FOUND) : next(request, response)
    }
    auth
      .answer(incoming)
      .then((answer) => sendAnswer(response, answer))
      .catch(() => response.destroy())
  }
}
