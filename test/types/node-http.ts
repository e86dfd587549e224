import { createServer } from "node:http"
import { mount } from "linklatch/node"
import { auth } from "./auth.ts"

createServer(mount(auth))
createServer(mount(auth, (request, response) => response.end(request.url)))
createServer(mount(auth, undefined, { admin: true }))
createServer((request, response) => mount(auth)(request, response, () => response.end("mine")))
