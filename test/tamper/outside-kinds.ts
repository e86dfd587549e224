import { copyFileSync } from "node:fs"
import { type Kind, pick, type Tampered, type TamperedFile } from "./kind.ts"
import { sealAgain } from "./make-log.ts"
import { change, cutTo, drop, insert, type Rewrite, rewriteWithin } from "./rewriting-kinds.ts"

/** Kinds that leave a log which is in order by itself: only a checkpoint that was kept elsewhere tells. */
export const outsideKinds: readonly Kind[] = [
  { name: "cut back to an older checkpoint, with all that belongs to it", codes: ["log_cut"], tamper: cutBack },
  {
    name: "an old copy put back",
    codes: ["log_cut"],
    tamper: (file) => (hasOld(file) ? { first: null } : null),
    afterwards: putOldBack,
  },
  {
    name: "an old copy put back, and gone on with",
    codes: ["log_forked", "log_cut"],
    tamper: (file) => (hasOld(file) ? { first: null } : null),
    afterwards: goOnFromOld,
  },
  {
    name: "rewritten behind an older checkpoint, newer ones deleted",
    codes: ["log_forked", "log_cut"],
    tamper: rewriteBehind,
  },
  {
    name: "rewritten, checkpoints deleted, signed anew by the server itself",
    codes: ["log_forked", "log_cut"],
    tamper: rewriteAll,
    afterwards: ({ path }) => sealAgain(path),
  },
]

/** Kinds that no checkpoint can tell from what the log allows; a reason for each. */
export const silentKinds: readonly (Kind & { readonly why: string })[] = [
  {
    name: "personal data deleted",
    codes: [],
    why: "so is a person erased",
    tamper: ({ database }) => run(database.prepare("delete from auth_event_pii").run()),
  },
  {
    name: "personal data unlinked: pii_id changed",
    codes: [],
    why: "the same as deleted",
    tamper: ({ database }) =>
      run(database.prepare("update auth_events set pii_id = 'nobody' where pii_id is not null").run()),
  },
  {
    name: "an event added behind all others",
    codes: [],
    why: "whoever may write may add; it is sealed as any other",
    tamper: append,
  },
  {
    name: "an event changed that no checkpoint covers yet",
    codes: [],
    why: "it wasn't signed: a second's worth while a server runs",
    tamper: changeWaiting,
  },
  {
    name: "a checkpoint deleted, another one left",
    codes: [],
    why: "older ones go by themselves; nothing else is lost",
    tamper: deleteCheckpoint,
  },
]

function run({ changes }: { readonly changes: number | bigint }): Tampered | null {
  return Number(changes) === 0 ? null : { first: null }
}

function olderSize({ log, draw }: TamperedFile): number | null {
  const older = log.signedSizes.slice(0, -1).filter((size) => size >= log.minIndex && size > 0)
  return older.length === 0 ? null : pick(older, draw)
}

function deleteFrom({ database }: TamperedFile, size: number): void {
  database.prepare("delete from audit_checkpoints where size > ?").run(size)
}

function cutBack(file: TamperedFile): Tampered | null {
  const size = olderSize(file)
  if (size === null) return null
  cutTo(file, size)
  deleteFrom(file, size)
  // Whoever cuts the word on pruning off lets the log begin before it, too: that is found without help.
  return file.log.minIndex > 0 ? null : { first: size }
}

function hasOld({ log: { oldCopy, outside } }: TamperedFile): boolean {
  return oldCopy !== null && oldCopy.size < (outside.at(-1)?.size ?? 0)
}

async function putOldBack({ path, log }: Parameters<NonNullable<Kind["afterwards"]>>[0]): Promise<void> {
  copyFileSync(log.oldCopy?.path ?? "", path)
}

async function goOnFromOld(tampered: Parameters<NonNullable<Kind["afterwards"]>>[0]): Promise<void> {
  await putOldBack(tampered)
  await sealAgain(tampered.path, 1 + tampered.draw(300))
}

const REWRITES: readonly Rewrite[] = [change, drop, insert]

function rewriteBehind(file: TamperedFile): Tampered | null {
  const size = olderSize(file)
  const newest = file.log.signedSizes.at(-1)
  // Where something was pruned the word on it may be what is rewritten, which is found without help.
  if (size === null || newest === undefined || file.log.minIndex > 0) return null
  deleteFrom(file, size)
  return rewriteWithin(file, size, newest, pick(REWRITES, file.draw))
}

function rewriteAll(file: TamperedFile): Tampered | null {
  const newest = file.log.signedSizes.at(-1)
  // Without a checkpoint the server wants to see all events again, and pruned ones are gone: it signs nothing.
  if (newest === undefined || file.log.minIndex > 0) return null
  file.database.exec("delete from audit_checkpoints; update audit_log set holder = null")
  return rewriteWithin(file, 0, newest, pick(REWRITES, file.draw))
}

function append({ database, log }: TamperedFile): Tampered | null {
  const row = database.prepare("select * from auth_events order by seq desc limit 1").get()
  if (row === undefined || log.size === 0) return null
  const values = Object.values({ ...row, seq: Number(row["seq"]) + 1, type: "forged" })
  database.prepare("insert into auth_events values (?, ?, ?, ?, ?, ?, ?, ?)").run(...values)
  return { first: null }
}

function changeWaiting({ database, log }: TamperedFile): Tampered | null {
  const top = Math.max(0, ...log.positions)
  return run(database.prepare("update auth_events set at = 0, type = 'forged' where seq > ?").run(top))
}

function deleteCheckpoint({ database, log, draw }: TamperedFile): Tampered | null {
  if (log.signedSizes.length < 2) return null
  database.prepare("delete from audit_checkpoints where size = ?").run(pick(log.signedSizes, draw))
  return { first: null }
}
