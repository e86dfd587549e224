import type { SQLInputValue } from "node:sqlite"
import { type LeafRow, leafOf } from "../../src/core/audit/leaf.ts"
import { DAY } from "../../src/core/clock.ts"
import type { Draw } from "./draw.ts"
import { type Kind, pick, type TamperedFile } from "./kind.ts"
import { coveredOf, type LogFacts } from "./log-facts.ts"

const TEXT_COLUMNS = ["event_id", "type", "user_id", "detail", "commitment"] as const
const LEAF = `select event_id as id, at, type, user_id as "userId", detail, commitment from auth_events where seq = ?`

/** Kinds that touch the rows of events and of people alone. */
export const eventKinds: readonly Kind[] = [
  ...TEXT_COLUMNS.map(
    (column): Kind => ({
      name: `a bit of ${column} flipped`,
      codes: ["event_changed", ...(column === "commitment" ? ["person_changed"] : [])],
      tamper: (file) => flipText(file, column),
    }),
  ),
  { name: "a bit of at flipped", codes: ["event_changed"], tamper: flipTime },
  { name: "a bit of seq flipped", codes: ["event_missing", "event_changed", "event_inserted"], tamper: flipPosition },
  { name: "an event back-dated, its id too", codes: ["event_changed"], tamper: backDate },
  { name: "an event taken for another's: user_id changed", codes: ["event_changed"], tamper: giveAway },
  { name: "a member of detail said twice", codes: ["event_changed"], tamper: sayTwice },
  { name: "an event deleted", codes: ["event_missing"], tamper: deleteEvent },
  { name: "a run of events deleted", codes: ["event_missing"], tamper: deleteRun },
  { name: "the end cut off, nothing else touched", codes: ["event_missing"], tamper: cutEnd },
  { name: "two events swapped", codes: ["event_changed"], tamper: swapEvents },
  { name: "an event inserted into a hole", codes: ["event_inserted"], tamper: insertIntoHole },
  { name: "an event inserted before the first", codes: ["event_inserted"], tamper: insertBefore },
  {
    name: "an event inserted, those behind moved on by one",
    codes: ["event_changed", "event_missing", "event_inserted"],
    tamper: insertAndMove,
  },
  { name: "a pruned event put back", codes: ["event_inserted"], tamper: putBack },
  ...(["address", "ip", "user_agent", "salt"] as const).map(
    (column): Kind => ({
      name: `personal data changed: ${column}`,
      codes: ["person_changed"],
      tamper: (file) => changePerson(file, column),
    }),
  ),
  { name: "personal data of two events swapped", codes: ["person_changed"], tamper: swapPeople },
]

/** An index that a checkpoint covers and that is still there, or null. */
function drawIndex({ log, draw }: Pick<TamperedFile, "log" | "draw">): number | null {
  const covered = coveredOf(log)
  return covered <= log.minIndex ? null : log.minIndex + draw(covered - log.minIndex)
}

function positionAt(log: LogFacts, index: number): number {
  return log.positions[index] as number
}

function flipText({ database, log, draw }: TamperedFile, column: (typeof TEXT_COLUMNS)[number]) {
  const index = drawIndex({ log, draw })
  if (index === null) return null
  const position = positionAt(log, index)
  const leaf = () => leafOf(database.prepare(LEAF).get(position) as unknown as LeafRow)
  const row = database.prepare(`select cast(${column} as blob) as bytes from auth_events where seq = ?`).get(position)
  const bytes = row?.["bytes"] as Uint8Array | null | undefined
  if (bytes == null || bytes.byteLength === 0) return null
  const before = leaf()
  flipBit(bytes, draw)
  database.prepare(`update auth_events set ${column} = cast(? as text) where seq = ?`).run(bytes, position)
  // An "e" and an "E" in a number mean the same.
  return leaf() === before ? null : { first: index }
}

function flipBit(bytes: Uint8Array, draw: Draw): void {
  const place = draw(bytes.byteLength)
  bytes[place] = (bytes[place] as number) ^ (1 << draw(8))
}

const TIME_BITS = 63n

function flipTime({ database, log, draw }: TamperedFile) {
  const index = drawIndex({ log, draw })
  if (index === null) return null
  const bit = 1n << BigInt(draw(Number(TIME_BITS)))
  database
    .prepare("update auth_events set at = (at | ?) - (at & ?) where seq = ?")
    .run(bit, bit, positionAt(log, index))
  return { first: index }
}

function flipPosition({ database, log, draw }: TamperedFile) {
  const index = drawIndex({ log, draw })
  if (index === null) return null
  const position = positionAt(log, index)
  const flipped = position ^ (1 << draw(20))
  const isPruned = log.positions.indexOf(flipped) >= 0 && log.positions.indexOf(flipped) < log.minIndex
  if (isPruned || database.prepare("select 1 from auth_events where seq = ?").get(flipped) !== undefined) return null
  database.prepare("update auth_events set seq = ? where seq = ?").run(flipped, position)
  return { first: index }
}

function backDate({ database, log, draw }: TamperedFile) {
  const index = drawIndex({ log, draw })
  if (index === null) return null
  const position = positionAt(log, index)
  const at =
    Number(database.prepare("select at from auth_events where seq = ?").get(position)?.["at"]) - (1 + draw(DAY))
  const time = at.toString(16).padStart(12, "0")
  const id = `${time.slice(0, 8)}-${time.slice(8)}`
  database
    .prepare("update auth_events set at = ?, event_id = ? || substr(event_id, 14) where seq = ?")
    .run(at, id, position)
  return { first: index }
}

function giveAway({ database, log, draw }: TamperedFile) {
  const index = drawIndex({ log, draw })
  if (index === null) return null
  database
    .prepare("update auth_events set user_id = coalesce(user_id, '') || 'x' where seq = ?")
    .run(positionAt(log, index))
  return { first: index }
}

function sayTwice({ database, log, draw }: TamperedFile) {
  const index = drawIndex({ log, draw })
  if (index === null) return null
  const position = positionAt(log, index)
  const detail = String(database.prepare("select detail from auth_events where seq = ?").get(position)?.["detail"])
  const name = Object.keys(JSON.parse(detail))[0]
  if (name === undefined) return null
  const said = detail.replace("{", `{${JSON.stringify(name)}:"something else",`)
  database.prepare("update auth_events set detail = ? where seq = ?").run(said, position)
  return { first: index }
}

function deleteEvent({ database, log, draw }: TamperedFile) {
  const index = drawIndex({ log, draw })
  if (index === null) return null
  database.prepare("delete from auth_events where seq = ?").run(positionAt(log, index))
  return { first: index }
}

function deleteRun(file: TamperedFile) {
  const { database, log, draw } = file
  const index = drawIndex(file)
  if (index === null) return null
  const last = Math.min(log.size - 1, index + draw(50))
  for (let nth = index; nth <= last; nth += 1) {
    database.prepare("delete from auth_events where seq = ?").run(positionAt(log, nth))
  }
  return { first: index }
}

function cutEnd(file: TamperedFile) {
  const { database, log } = file
  const index = drawIndex(file)
  if (index === null) return null
  for (const position of log.positions.slice(index))
    database.prepare("delete from auth_events where seq = ?").run(position)
  return { first: index }
}

function swapEvents({ database, log, draw }: TamperedFile) {
  const [one, other] = [drawIndex({ log, draw }), drawIndex({ log, draw })]
  if (one === null || other === null || one === other) return null
  const move = database.prepare("update auth_events set seq = ? where seq = ?")
  const aside = -1_000_000
  move.run(aside, positionAt(log, one))
  move.run(positionAt(log, one), positionAt(log, other))
  move.run(positionAt(log, other), aside)
  return { first: Math.min(one, other) }
}

/** A row like one that is there, under another id: what somebody writes who wants it to be believed. */
function insertLike({ database, log, draw }: TamperedFile, position: number): boolean {
  const like = drawIndex({ log, draw })
  if (like === null) return false
  const row = database.prepare("select * from auth_events where seq = ?").get(positionAt(log, like))
  if (row === undefined) return false
  const id = String(row["event_id"]).slice(0, -4) + (0x1000 + draw(0xefff)).toString(16)
  const values = Object.values({ ...row, seq: position, event_id: id }) as SQLInputValue[]
  database.prepare("insert into auth_events values (?, ?, ?, ?, ?, ?, ?, ?)").run(...values)
  return true
}

function insertIntoHole(file: TamperedFile) {
  const { log, draw } = file
  if (log.holes.length === 0) return null
  return insertLike(file, pick(log.holes, draw)) ? { first: null } : null
}

function insertBefore(file: TamperedFile) {
  return insertLike(file, -file.draw(3)) ? { first: null } : null
}

function insertAndMove(file: TamperedFile) {
  const { database, log } = file
  const index = drawIndex(file)
  if (index === null) return null
  const position = positionAt(log, index)
  // Twice, as each number is there only once while they move.
  database.prepare("update auth_events set seq = -seq - 1 where seq >= ?").run(position)
  database.exec("update auth_events set seq = -seq where seq < 0")
  if (!insertLike(file, position)) return null
  return { first: log.positions.findIndex((one, nth) => nth >= log.minIndex && one >= position) }
}

function putBack(file: TamperedFile) {
  const { log, draw } = file
  if (log.minIndex === 0) return null
  const index = draw(log.minIndex)
  return insertLike(file, positionAt(log, index)) ? { first: index } : null
}

const WITH_PERSON = "select pii_id from auth_events e join auth_event_pii p using (pii_id) where seq = ?"

/** A person that is still there, and the first event that is about them. */
function drawPerson({ database, log, draw }: TamperedFile): { readonly piiId: string; readonly index: number } | null {
  const index = drawIndex({ log, draw })
  const row = index === null ? undefined : database.prepare(WITH_PERSON).get(positionAt(log, index))
  return index === null || row === undefined ? null : { index, piiId: String(row["pii_id"]) }
}

function changePerson(file: TamperedFile, column: "address" | "ip" | "user_agent" | "salt") {
  const { database, draw } = file
  const person = drawPerson(file)
  if (person === null) return null
  const text = database
    .prepare(`select cast(${column} as blob) as bytes from auth_event_pii where pii_id = ?`)
    .get(person.piiId)
  const bytes = (text?.["bytes"] as Uint8Array | null | undefined) ?? null
  const isText = column !== "salt"
  if (bytes === null || bytes.byteLength === 0) {
    database.prepare(`update auth_event_pii set ${column} = 'x' where pii_id = ?`).run(person.piiId)
    return { first: person.index }
  }
  flipBit(bytes, draw)
  const value = isText ? "cast(? as text)" : "?"
  database.prepare(`update auth_event_pii set ${column} = ${value} where pii_id = ?`).run(bytes, person.piiId)
  return { first: person.index }
}

function swapPeople(file: TamperedFile) {
  const [one, other] = [drawPerson(file), drawPerson(file)]
  if (one === null || other === null || one.piiId === other.piiId) return null
  const rename = file.database.prepare("update auth_event_pii set pii_id = ? where pii_id = ?")
  rename.run("aside", one.piiId)
  rename.run(one.piiId, other.piiId)
  rename.run(other.piiId, "aside")
  return { first: Math.min(one.index, other.index) }
}
