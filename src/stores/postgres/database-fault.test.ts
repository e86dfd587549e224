import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import pg from "pg"
import { afterEach, beforeEach, expect, it } from "vitest"
import { postgres } from "../../postgres.ts"
import { isFaultOfOne } from "./database-fault.ts"

let server: Server
let callers: Socket[]

beforeEach(async () => {
  callers = []
  server = createServer((caller) => void callers.push(caller))
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
})
afterEach(async () => {
  for (const caller of callers) caller.destroy()
  await new Promise((resolve) => void server.close(resolve))
})

it("asks a server that lets its callers wait only once, so that a page waits for one time-out and not for five", async () => {
  const { port } = server.address() as AddressInfo
  const pool = new pg.Pool({ host: "127.0.0.1", port, connectionTimeoutMillis: 50 })
  const store = postgres(pool)
  await expect(store.ping()).rejects.toMatchObject({ code: "store_unavailable" })
  expect(callers).toHaveLength(1)
  await store.close()
  await pool.end()
})

it("knows a row that is too large for an index as the fault of one decision", () => {
  expect(isFaultOfOne(Object.assign(new Error("index row size exceeds maximum"), { code: "54000" }))).toBe(true)
})
