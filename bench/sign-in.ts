/**
 * `npm run bench`: asking, redeeming and checking over HTTP at 1 and 32 connections, Linklatch beside a hand-written
 * handler (each commit alone; commits shared) and a bare `node:http` answer, in one run with the same durability.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { load, type LoadResult } from "./load.ts"
import { origin, type Pending, seedHandWritten, seedLinklatch } from "./sites/seed.ts"

const COUNT = Number(process.argv[2] ?? 20_000)
const folder = mkdtempSync(join(tmpdir(), "linklatch-bench-"))
type Site = "linklatch" | "hand-written" | "hand-written, shared commits"
const rows: { operation: string; connections: number; site: string; result: LoadResult }[] = []

try {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, SQLite with synchronous=full, ${COUNT} requests each\n`,
  )
  for (const connections of [1, 32]) {
    for (const site of ["linklatch", "hand-written", "hand-written, shared commits"] as const)
      await measure(site, connections)
  }
  printTable()
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(site: Site, connections: number): Promise<void> {
  const path = join(folder, `${site}-${connections}.db`)
  const count = connections === 1 ? Math.min(COUNT, 3_000) : COUNT
  const pending = await seedLinklatch(`${path}.seed`, count)
  if (site === "linklatch") return run(site, `${path}.seed`, [], connections, pending)
  seedHandWritten(path, pending)
  return run(site, path, [site === "hand-written" ? "alone" : "shared"], connections, pending)
}

async function run(
  site: Site,
  path: string,
  options: readonly string[],
  connections: number,
  pending: readonly Pending[],
): Promise<void> {
  const file = new URL(`sites/${site === "linklatch" ? "linklatch" : "hand-written"}.ts`, import.meta.url)
  const child = fork(file, [path, ...options])
  const [{ port }] = (await once(child, "message")) as [{ port: number }]
  const note = (operation: string, result: LoadResult, name: string = site) => {
    rows.push({ operation, connections, site: name, result })
    console.log(
      `${operation.padEnd(8)} ${String(connections).padStart(2)} connections  ${name.padEnd(30)} ${result.perSecond}/s`,
    )
  }
  const asks = pending.map((_, index) => post("/auth/sign-in", `email=new${index}%40example.com`, index))
  note("ask", await load(port, asks, connections, 303))
  const redeems = pending.map(({ token, flow }, index) =>
    post("/auth/link", `token=${token}`, index, `linklatch_flow=${flow}`),
  )
  note("redeem", await load(port, redeems, connections, 303))
  const checks = pending.map(({ token, sessionCookie }) =>
    get("/session", site === "linklatch" ? sessionCookie : `session=${token}`),
  )
  note("check", await load(port, [...checks, ...checks], connections, 200))
  if (site === "hand-written")
    note(
      "check",
      await load(
        port,
        pending.map(() => get("/bare", "")),
        connections,
        200,
      ),
      "bare node:http",
    )
  child.kill()
  await once(child, "exit")
}

function post(path: string, body: string, index: number, cookie = ""): Buffer {
  const ip = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: ${origin}\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: ${ip}\r\n` +
      `User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept: text/html\r\nCookie: ${cookie}\r\n` +
      `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}

function get(path: string, cookie: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`)
}

function printTable(): void {
  console.log(
    "\n| operation | connections | site | a second | p50 ms | p99 ms | Linklatch is |\n|---|---|---|---|---|---|---|",
  )
  for (const { operation, connections, site, result } of rows) {
    const ours = rows.find(
      (row) => row.site === "linklatch" && row.operation === operation && row.connections === connections,
    )
    const ratio =
      site === "linklatch" || ours === undefined ? "" : `${(ours.result.perSecond / result.perSecond).toFixed(2)} ×`
    const { perSecond, p50, p99 } = result
    console.log(
      `| ${operation} | ${connections} | ${site} | ${perSecond} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${ratio} |`,
    )
  }
}
