import { existsSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { backup, DatabaseSync } from "node:sqlite"
import { describe, expect, it, onTestFinished } from "vitest"
import { withPostgres } from "../../scripts/services/ask-postgres.ts"
import { checkpointFile } from "../../src/checkpoints.ts"
import { readCheckpoint } from "../../src/core/notes/checkpoint.ts"
import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import { readNote } from "../../src/core/notes/signed-note.ts"
import { verifierKeys } from "../../src/core/sealing/log-identity.ts"
import { verifyLog } from "../../src/core/verifying/verify-log.ts"
import { linklatch, type Store } from "../../src/index.ts"
import { postgres } from "../../src/postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import { createPostgresDatabase } from "../postgres.ts"
import { ownFile } from "./own-app.ts"

// P11: an old copy of the database, put back behind the log's back, doesn't go on as if nothing were missing.

const KEY = "the key of a log whose database is put back, thirty-two"
// Whoever refuses has the lease for two seconds.
const PATIENCE = { timeout: 15_000 }
const ORIGIN = "login.example.com/auth/log"

/** A database whose older copy can be put in its place while processes run. */
interface Restorable {
  open(): Store
  save(): Promise<void>
  restore(): Promise<void>
}

const engines: Readonly<Record<string, () => Promise<Restorable>>> = {
  "a SQLite file whose pages are put back": restorablePages,
  "PostgreSQL whose tables are put back by their owner": restorableTables,
}

describe.each(Object.entries(engines))("%s", (_, create) => {
  it("is refused by the process that runs on, and by those that start, until the log gets another name", async () => {
    const database = await create()
    const file = join(await ownFile(), "../checkpoints")
    const site = openSite(database, { file })
    await site.write(5)
    await site.untilSigned(5)
    await database.save()
    await site.write(5)
    await site.untilSigned(10)
    await database.restore()

    await site.write(1)
    await expect.poll(() => site.refusals(), PATIENCE).toEqual(["tree_shortened"])
    expect(await site.newest()).toMatchObject({ size: 5 })

    const started = openSite(database, { file })
    await started.write(1)
    await expect.poll(() => started.refusals(), PATIENCE).toEqual(["outside_is_ahead"])
    await started.close()
    await site.close()
    expect(await started.newest()).toMatchObject({ size: 5, origin: ORIGIN })

    const renamed = openSite(database, { file, origin: `${ORIGIN}/2` })
    await renamed.write(1)
    // The three that waited, and the event that says under which name it goes on.
    await renamed.untilSigned(5 + 3 + 1)
    expect(renamed.refusals()).toEqual([])
    expect(await renamed.newest()).toMatchObject({ origin: `${ORIGIN}/2` })
    expect(await findingsOf(database, [])).toEqual([])
  }, 40_000)

  it("can't be told from a log that is whole where nothing outside remembers, and nobody who runs", async () => {
    const database = await create()
    const site = openSite(database)
    await site.write(5)
    await site.untilSigned(5)
    await database.save()
    await site.write(5)
    await site.untilSigned(10)
    const lost = await site.newest()
    await site.close()
    await database.restore()
    const started = openSite(database)
    await started.write(10)
    await started.untilSigned(15)
    await started.close()
    expect(await findingsOf(database, [])).toEqual([])
    // With one note from outside it can.
    expect(await findingsOf(database, [lost?.note ?? ""])).toEqual(["log_forked"])
  }, 30_000)
})

it("P11 a SQLite file that is put in the place of the one that a process has open is refused by whoever opens it", async () => {
  const path = await ownFile()
  const [copy, file] = [`${path}.copy`, join(path, "../checkpoints")]
  const site = openSite({ open: () => sqlite(path) }, { file })
  await site.write(5)
  await site.untilSigned(5)
  await copyTo(path, copy)
  await site.write(5)
  await site.untilSigned(10)
  // What doesn't stop the server: it goes on with the file that has no name any more, and nobody will see that again.
  renameSync(copy, path)
  for (const left of [`${path}-wal`, `${path}-shm`]) if (existsSync(left)) rmSync(left)
  await site.write(5)
  await site.untilSigned(15)
  const started = openSite({ open: () => sqlite(path) }, { file })
  await started.write(1)
  await expect.poll(() => started.refusals(), PATIENCE).toEqual(["outside_is_ahead"])
  expect(await started.newest()).toMatchObject({ size: 5 })
}, 30_000)

/** What verifying finds, with these notes from outside. */
async function findingsOf({ open }: Restorable, notes: readonly string[]): Promise<readonly string[]> {
  const identity = { origin: ORIGIN, keys: [deriveLogKey(KEY)] as const }
  const store = open()
  const keys = { log: (origin: string) => verifierKeys(identity, origin), witnesses: [] }
  const outside = notes.map((note) => ({ note, source: "a file" }))
  const { findings } = await verifyLog(store.sealing, { keys, outside })
  await store.close()
  return findings.map(({ code }) => code)
}

async function restorablePages(): Promise<Restorable> {
  const path = await ownFile()
  return {
    open: () => sqlite(path),
    save: () => copyTo(path, `${path}.copy`),
    restore: () => copyTo(`${path}.copy`, path),
  }
}

/** By SQLite's own way to copy a database that is in use, page by page, into one that may be in use as well. */
async function copyTo(from: string, to: string): Promise<void> {
  const database = new DatabaseSync(from)
  await backup(database, to)
  database.close()
}

async function restorableTables(): Promise<Restorable> {
  const { ownerUrl, schema } = await createPostgresDatabase()
  const asOwner = async (act: (names: readonly string[]) => readonly string[]) => {
    await withPostgres(ownerUrl, async (ask) => {
      await ask(`set search_path to ${schema}`)
      const rows = await ask("select tablename from pg_tables where schemaname = $1 and tablename !~ '^copy_'", [
        schema,
      ])
      await ask("begin")
      for (const sql of act(rows.map(({ tablename }) => String(tablename)))) await ask(sql)
      await ask("commit")
    })
  }
  return {
    open: () => postgres(ownerUrl, { schema }),
    save: () => asOwner((names) => names.map((name) => `create table copy_${name} as select * from ${name}`)),
    restore: () =>
      asOwner((names) => [
        ...names.map((name) => `alter table ${name} disable trigger user`),
        `truncate ${names.join(", ")}`,
        ...names.map((name) => `insert into ${name} overriding system value select * from copy_${name}`),
        ...names.map((name) => `alter table ${name} enable trigger user`),
        // As pg_restore leaves it: numbers are given again.
        "select setval(pg_get_serial_sequence('auth_events', 'seq'), (select max(seq) from auth_events))",
      ]),
  }
}

function openSite({ open }: Pick<Restorable, "open">, { file = "", origin = ORIGIN } = {}) {
  const store = open()
  const lines: { readonly event: string; readonly reason?: unknown }[] = []
  const say = (event: string, fields?: object) => void lines.push({ event, ...fields })
  const auth = linklatch({
    baseUrl: "https://login.example.com",
    siteName: "Example",
    secret: "a secret of a site that is put back, which is long enough",
    store,
    worker: false,
    audit: { seal: true, key: KEY, origin, outlets: file === "" ? [] : [checkpointFile(file, { every: 0 })] },
    log: { info: say, warn: say, error: say },
  })
  onTestFinished(() => auth.close())
  const newestIn = async ({ sealing }: Store) => {
    const kept = await sealing.latestCheckpoint()
    const note = readNote(kept?.note ?? "")
    return note === null ? null : { ...readCheckpoint(note.text), note: kept?.note }
  }
  return {
    /** In what stands in the database's place now. */
    async newest() {
      const other = open()
      const newest = await newestIn(other)
      await other.close()
      return newest
    },
    close: () => auth.close(),
    refusals: () => lines.filter(({ event }) => event === "log_not_sealed").map(({ reason }) => reason),
    async write(count: number) {
      await store.migrate()
      for (let index = 0; index < count; index += 1) await auth.audit.record({ type: "shop.closed", detail: { index } })
    },
    untilSigned: (size: number) => expect.poll(() => newestIn(store), PATIENCE).toMatchObject({ size }),
  }
}
