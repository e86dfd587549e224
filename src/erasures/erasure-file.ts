import { open, readFile } from "node:fs/promises"
import { dirname } from "node:path"
import { type ErasureJournal, readEntries, writeEntry } from "../core/erasing/erasure-journal.ts"
import { LinklatchError } from "../core/fault.ts"

/** A journal of erasures in a file: a JSON line for each, only ever added to, readable by its owner alone. Made when it is needed. */
export function erasureFile(path: string): ErasureJournal {
  return {
    name: path,
    append: (entry) => orFailed(path, "written", () => appendLine(path, writeEntry(entry))),
    read: () => orFailed(path, "read", async () => readEntries(await readText(path))),
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, "a+", 0o600)
  try {
    const { size } = await file.stat()
    // A process that died while it wrote left half a line: this one must not become part of it. One write, as others may write too.
    const isWhole = size === 0 || (await endsInNewline(file, size))
    await file.write(`${isWhole ? "" : "\n"}${line}\n`)
    await file.sync()
    if (size === 0) await syncFolder(dirname(path))
  } finally {
    await file.close()
  }
}

async function endsInNewline(file: Awaited<ReturnType<typeof open>>, size: number): Promise<boolean> {
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 })
  return buffer.toString() === "\n"
}

// A file outlives a power cut once its name does.
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r")
  await folder.sync().finally(() => folder.close())
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8")
  } catch (fault) {
    if (fault instanceof Error && "code" in fault && fault.code === "ENOENT") return ""
    throw fault
  }
}

async function orFailed<Result>(path: string, done: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act()
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
    const message = `The journal of erasures ${path} can't be ${done} (${reason}).`
    throw new LinklatchError("journal_failed", message, { cause })
  }
}
