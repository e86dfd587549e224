import { once } from "node:events"
import { connect } from "node:net"
import { text } from "node:stream/consumers"

const PATIENCE_MS = 5_000

/**
 * Sends commands as one would type them, and gives all that Redis answers, as it stands on the wire. Enough to look after a
 * server of the tests; what the tests are about they ask with a client.
 */
export async function askRedis(url: string, ...commands: readonly (readonly string[])[]): Promise<string> {
  const { hostname, port, username, password } = new URL(url)
  const credentials = [username || "default", password].map(decodeURIComponent)
  const all = [...(password === "" ? [] : [["auth", ...credentials]]), ...commands, ["quit"]]
  const socket = connect(Number(port || 6379), hostname.replace(/^\[(.*)\]$/, "$1"))
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("Redis doesn't answer.")))
  await once(socket, "connect")
  socket.write(all.map(lineOf).join(""))
  return text(socket)
}

// Quoted as JSON is, which Redis reads alike (redis.io/docs/latest/develop/reference/protocol-spec, inline commands).
function lineOf(words: readonly string[]): string {
  return `${words.map((word) => JSON.stringify(word)).join(" ")}\r\n`
}
