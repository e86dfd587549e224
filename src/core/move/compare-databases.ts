import { createHash, type Hash } from "node:crypto"
import { keyOf } from "./copy-tables.ts"
import type { MovedKey, MovedRow, MoveEnd } from "./move-port.ts"
import type { OnProgress } from "./move-progress.ts"
import { type MovedTable, movedTables } from "./moved-tables.ts"

export interface Comparing {
  readonly source: MoveEnd
  readonly target: MoveEnd
  readonly batch: number
  readonly onProgress: OnProgress
}

/** What one end holds of a table. `sha256` is over its rows in the order of the key, one line of JSON each, in hex. */
export interface Digest {
  readonly rows: number
  readonly sha256: string
}

export interface TableComparison {
  readonly table: string
  readonly source: Digest
  readonly target: Digest
  /** Null where they are the same. */
  readonly difference: RowDifference | null
}

/** The first row, in the order of the key, that isn't the same on both. */
export interface RowDifference {
  readonly row: string
  readonly status: "missing" | "extra" | "changed"
  /** Those whose values differ. */
  readonly columns: readonly string[]
}

export interface Comparison {
  readonly tables: readonly TableComparison[]
  /** Where the target would give numbers again that the source has given. */
  readonly numbers: readonly { readonly table: string; readonly source: number; readonly target: number }[]
}

/** Reads both from end to end, side by side. */
export async function compareDatabases({ source, target, batch, onProgress }: Comparing): Promise<Comparison> {
  let total = 0
  for (const table of movedTables) total += await source.count(table)
  const tables: TableComparison[] = []
  let rows = 0
  for (const table of movedTables) {
    const onRows = (count: number) => {
      rows += count
      onProgress({ phase: "comparing", table: table.name, rows, total })
    }
    tables.push(await compareTable(new Reader(source, table, batch), new Reader(target, table, batch), onRows))
  }
  return { tables, numbers: await compareNumbers(source, target) }
}

export function isEqual({ tables, numbers }: Comparison): boolean {
  return numbers.length === 0 && tables.every(({ source, target }) => isSameDigest(source, target))
}

export function isSameDigest(one: Digest, other: Digest): boolean {
  return one.rows === other.rows && one.sha256 === other.sha256
}

async function compareTable(source: Reader, target: Reader, onRows: (count: number) => void): Promise<TableComparison> {
  let difference: RowDifference | null = null
  // Until they differ, a batch of one is a batch of the other.
  while (difference === null && !(source.isDone && target.isDone)) {
    const [one, other] = await Promise.all([source.next(), target.next()])
    onRows(one.length)
    difference = findDifference(source.table, one, other)
  }
  while (!source.isDone) onRows((await source.next()).length)
  while (!target.isDone) await target.next()
  return { table: source.table.name, source: source.digest(), target: target.digest(), difference }
}

async function compareNumbers(source: MoveEnd, target: MoveEnd): Promise<Comparison["numbers"]> {
  const [given, goesOn] = [await source.numbers(), await target.numbers()]
  return Object.keys(given)
    .map((table) => ({ table, source: given[table] ?? 0, target: goesOn[table] ?? 0 }))
    .filter((one) => one.target < one.source)
}

/** Reads a table batch by batch, and digests it on the way. */
class Reader {
  readonly table: MovedTable
  isDone = false
  readonly #end: MoveEnd
  readonly #batch: number
  readonly #hash: Hash = createHash("sha256")
  #after: MovedKey | null = null
  #rows = 0

  constructor(end: MoveEnd, table: MovedTable, batch: number) {
    this.#end = end
    this.table = table
    this.#batch = batch
  }

  async next(): Promise<readonly Line[]> {
    const rows = await this.#end.rows(this.table, this.#after, this.#batch)
    const lines = rows.map((row) => ({ row, text: rowText(this.table, row) }))
    this.#hash.update(lines.map(({ text }) => text).join(""))
    this.#rows += rows.length
    this.isDone = rows.length < this.#batch
    if (!this.isDone) this.#after = keyOf(this.table, rows.at(-1))
    return lines
  }

  digest(): Digest {
    return { rows: this.#rows, sha256: this.#hash.digest("hex") }
  }
}

interface Line {
  readonly row: MovedRow
  readonly text: string
}

/** A row in a form that both engines come to: a JSON array of its values, in the order that the table names its columns. */
function rowText({ columns }: MovedTable, row: MovedRow): string {
  return `${JSON.stringify(Object.keys(columns).map((column) => row[column]))}\n`
}

function findDifference(table: MovedTable, one: readonly Line[], other: readonly Line[]): RowDifference | null {
  const length = Math.max(one.length, other.length)
  for (let index = 0; index < length; index += 1) {
    const [mine, theirs] = [one[index], other[index]]
    if (mine?.text !== theirs?.text) return differenceOf(table, mine?.row, theirs?.row)
  }
  return null
}

function differenceOf(table: MovedTable, mine: MovedRow | undefined, theirs: MovedRow | undefined): RowDifference {
  const order = compareKeys(table, mine, theirs)
  const shown = (row: MovedRow | undefined) => abridged(String(row?.[table.shownBy]))
  if (order < 0) return { row: shown(mine), status: "missing", columns: [] }
  if (order > 0) return { row: shown(theirs), status: "extra", columns: [] }
  const isChanged = (column: string) => JSON.stringify(mine?.[column]) !== JSON.stringify(theirs?.[column])
  return { row: shown(mine), status: "changed", columns: Object.keys(table.columns).filter(isChanged) }
}

// As both databases order them: numbers by size, texts by their bytes. What isn't there comes last.
function compareKeys(table: MovedTable, mine: MovedRow | undefined, theirs: MovedRow | undefined): number {
  if (mine === undefined || theirs === undefined) return mine === undefined ? 1 : -1
  for (const column of table.key) {
    const [one, other] = [mine[column], theirs[column]]
    if (one === other) continue
    if (typeof one === "number" && typeof other === "number") return one - other
    return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
  }
  return 0
}

// An id as it is. The key of a limit is a hash that a client address can be guessed from.
function abridged(text: string): string {
  return text.length > 36 ? `${text.slice(0, 8)}…` : text
}
