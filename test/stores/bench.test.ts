import { expect, it } from "vitest"
import { compare } from "../../bench/compare.ts"
import { fields } from "../../bench/contenders/fields.ts"
import { startEngine } from "../../bench/engines/engine.ts"
import { measureGrowth } from "../../bench/growth.ts"
import { startSite } from "../../bench/running-site.ts"

// What `npm run bench`, `bench:rows` and `load` do on SQLite is tested in test/http/bench.test.ts.
const quietly = () => undefined
const patience = { timeout: 120_000 }

it("measures our sites and those written by hand on one PostgreSQL server", patience, async () => {
  const { ours, byHand } = fields.postgres
  const contenders = [...ours, ...byHand]
  const size = { connections: [4], rounds: 1, forMs: 40, people: 40 }
  const { lines, sites } = await compare({ ...size, engine: "postgres", contenders, progress: quietly })
  const expected = contenders.flatMap(({ name, measures }) => measures.map((operation) => [name, operation]))
  expect(lines.map(({ contender, operation }) => [contender, operation].join()).toSorted()).toEqual(
    expected.map(String).toSorted(),
  )
  for (const { facts } of sites) {
    expect(facts.durability).toEqual({ fsync: "on", synchronous_commit: "on", full_page_writes: "on" })
  }
})

it("has PostgreSQL write links and sessions that the site takes for its own", patience, async () => {
  const sizes = { few: 100, many: 300, rounds: 1, connections: 4, forMs: 500 }
  const contenders = fields.postgres.ours.slice(0, 1)
  const growth = await measureGrowth({ ...sizes, engine: "postgres", contenders, progress: quietly })
  expect(growth.lines.map(({ operation }) => operation)).toEqual(["ask", "redeem", "check"])
})

it.each(["sqlite", "postgres"] as const)("knows rows and bytes of each table on %s", patience, async (name) => {
  const engine = await startEngine(name)
  try {
    const database = await engine.createDatabase("sizes")
    const [ours] = fields[name].ours
    const site = await startSite(ours, engine, database)
    await ours.seed({ database, people: 50, areSignedIn: true, sample: 0, begun: Date.now() })
    const reader = await engine.openReader(database)
    const { tables, bytes, walBytes } = await reader.sizes()
    await reader.close()
    await site.stop()
    const seeded = ["magic_link_tokens", "outbox", "sessions", "sign_in_requests", "users"]
    expect(tables.filter(({ rows }) => rows === 50).map(({ name: table }) => table)).toEqual(seeded)
    expect(tables.every((table) => table.bytes <= bytes)).toBe(true)
    expect(walBytes).toBeGreaterThanOrEqual(0)
  } finally {
    await engine.stop()
  }
})
