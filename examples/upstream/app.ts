// An application behind the proxy, in plain Node: it says back what it got. It trusts Remote-User and its like, because
// only the proxy can reach it (it listens on this machine alone) and the proxy writes them over whatever a client sent.
//
//   node examples/upstream/app.ts
import { createServer } from "node:http"
import { text } from "node:stream/consumers"
import { echoSocket } from "./echo-socket.ts"

const port = Number(process.env["PORT"] ?? 4000)

const server = createServer(async (request, response) => {
  const { method, url, headersDistinct: headers } = request
  const person = {
    id: request.headers["remote-user"],
    email: request.headers["remote-email"],
    // Printable ASCII comes as it is, all else percent-encoded.
    name: decodeURIComponent(String(request.headers["remote-name"] ?? "")),
    isAdmin: String(request.headers["remote-groups"] ?? "")
      .split(",")
      .includes("admin"),
  }
  // Somebody got here around the proxy, or through one that isn't set up yet.
  if (!person.id) return void response.writeHead(403).end("Nobody said who you are.\n")
  const body = await text(request)
  response.writeHead(200, { "Content-Type": "application/json" })
  response.end(`${JSON.stringify({ person, method, url, headers, body }, null, 2)}\n`)
})

server.on("upgrade", echoSocket)
server.listen(port, "127.0.0.1", () => {
  const address = server.address()
  console.log(`listening on ${typeof address === "object" ? address?.port : address}`)
})
