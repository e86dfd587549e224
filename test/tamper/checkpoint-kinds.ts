import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import { signNote } from "../../src/core/notes/sign-note.ts"
import { readNote } from "../../src/core/notes/signed-note.ts"
import { type Kind, pick, type TamperedFile } from "./kind.ts"
import { LOG_SECRET, ORIGIN } from "./make-log.ts"

const STRANGER = deriveLogKey("a secret of somebody who hasn't got that of the log")
const UNBELIEVED = ["checkpoint_unreadable", "checkpoint_unsigned", "checkpoint_forged", "checkpoint_mismatch"]

/** Kinds that touch checkpoints alone. */
export const checkpointKinds: readonly Kind[] = [
  {
    name: "a checkpoint signed by another key",
    codes: ["checkpoint_unsigned"],
    tamper: (file) => edit(file, signAnew),
  },
  {
    name: "a checkpoint signed by another key under the log's key id",
    codes: ["checkpoint_forged"],
    tamper: (file) => edit(file, signAsLog),
  },
  { name: "a bit of a checkpoint's signature flipped", codes: UNBELIEVED, tamper: (file) => edit(file, flipSignature) },
  { name: "a character of a checkpoint changed", codes: UNBELIEVED, tamper: (file) => edit(file, changeCharacter) },
  { name: "a checkpoint of another size in its place", codes: ["checkpoint_mismatch"], tamper: exchange },
  {
    name: "a checkpoint without its signature",
    codes: ["checkpoint_unreadable"],
    tamper: (file) => edit(file, (note) => `${note.split("\n\n")[0]}\n`),
  },
  { name: "all checkpoints deleted", codes: ["checkpoint_missing"], tamper: deleteAll },
  { name: "all checkpoints signed by another key", codes: ["checkpoint_unsigned"], tamper: signAll },
]

function edit({ database, log, draw }: TamperedFile, change: (note: string, draw: TamperedFile["draw"]) => string) {
  if (log.signedSizes.length === 0) return null
  const size = pick(log.signedSizes, draw)
  const note = String(database.prepare("select note from audit_checkpoints where size = ?").get(size)?.["note"])
  const changed = change(note, draw)
  if (changed === note) return null
  database.prepare("update audit_checkpoints set note = ? where size = ?").run(changed, size)
  return { first: null }
}

function signAnew(note: string): string {
  return signNote(readNote(note)?.text ?? "", { name: ORIGIN, key: STRANGER })
}

function signAsLog(note: string): string {
  const { publicKey } = deriveLogKey(LOG_SECRET)
  return signNote(readNote(note)?.text ?? "", { name: ORIGIN, key: { ...STRANGER, publicKey } })
}

function flipSignature(note: string, draw: TamperedFile["draw"]): string {
  const [head = "", encoded = ""] = note.trimEnd().split(/ (?=\S+$)/)
  const bytes = Buffer.from(encoded, "base64")
  const place = draw(bytes.byteLength)
  bytes[place] = (bytes[place] as number) ^ (1 << draw(8))
  return `${head} ${bytes.toString("base64")}\n`
}

function changeCharacter(note: string, draw: TamperedFile["draw"]): string {
  const place = draw(note.length)
  return `${note.slice(0, place)}${String.fromCharCode(0x20 + draw(0x5f))}${note.slice(place + 1)}`
}

function exchange({ database, log, draw }: TamperedFile) {
  const [one, other] = [pick(log.signedSizes, draw), pick(log.signedSizes, draw)]
  if (one === undefined || one === other) return null
  const sql = "update audit_checkpoints set note = (select note from audit_checkpoints where size = ?) where size = ?"
  database.prepare(sql).run(other as number, one)
  return { first: null }
}

function deleteAll({ database, log }: TamperedFile) {
  if (log.signedSizes.length === 0) return null
  database.exec("delete from audit_checkpoints")
  return { first: 0 }
}

function signAll({ database, log }: TamperedFile) {
  if (log.signedSizes.length === 0) return null
  const write = database.prepare("update audit_checkpoints set note = ? where size = ?")
  for (const { size, note } of database.prepare("select size, note from audit_checkpoints").all()) {
    write.run(signAnew(String(note)), Number(size))
  }
  return { first: null }
}
