import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** Where a connection is cut that carries a word: before the word is passed on, or before what is said to it comes back. */
export interface Cut {
  readonly word: string
  readonly when: "before" | "after"
}

/** Stands between a site and its database. */
export interface TcpProxy {
  readonly port: number
  /** How many connections it has cut because of a word. */
  readonly cuts: number
  /** Cuts the next connection that carries the word; null: none. */
  next(cut: Cut | null): void
  /** Cuts every connection there is. */
  cutAll(): void
  close(): Promise<void>
}

export async function openTcpProxy(target: number): Promise<TcpProxy> {
  const open = new Set<Socket>()
  let armed: Cut | null = null
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1")
    const both = [client, upstream]
    let isCutting = false
    let heldBack = Buffer.alloc(0)
    const drop = () => {
      for (const socket of both) {
        open.delete(socket)
        socket.destroy()
      }
    }
    const cut = () => {
      cuts += 1
      drop()
    }
    for (const socket of both) {
      open.add(socket)
      socket.on("error", drop).on("close", drop)
      socket.setNoDelay(true)
    }
    client.on("data", (bytes) => {
      if (armed !== null && bytes.includes(armed.word)) {
        isCutting = armed.when === "after"
        armed = null
        if (!isCutting) return cut()
      }
      upstream.write(bytes)
    })
    upstream.on("data", (bytes) => {
      if (!isCutting) return client.write(bytes)
      // It is ready for the next query, so this one was decided and committed.
      heldBack = Buffer.concat([heldBack, bytes])
      if (heldBack.includes(READY_FOR_QUERY)) cut()
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    next(cut) {
      armed = cut
    },
    cutAll() {
      for (const socket of open) socket.destroy()
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}

// The server's message Z, outside of a transaction (PostgreSQL manual, 55.7).
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])
