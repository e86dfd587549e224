import { type FileHandle, open } from "node:fs/promises"
import type { ExportFormat, LogPlace } from "../../core/exporting/export-formats.ts"
import { explainFailure } from "../store-failure.ts"
import { type OpenedTarget, TargetFailure } from "./export-target.ts"

export interface ExportFile {
  readonly path: string
  readonly format: ExportFormat
  /** False: the file must be empty, or not there. */
  readonly isContinued: boolean
}

const STEP = 64 * 1024
const LINE_FEED = 0x0a

/**
 * Opens a file to append records to. One that is continued loses the torn line that a killed process or a power cut left at its end, and
 * its last whole line says where to go on. Personal data is in it: a new one is its owner's alone.
 */
export async function openExportFile({ path, format, isContinued }: ExportFile): Promise<OpenedTarget> {
  const file = await open(path, "a+", 0o600).catch(failing(path))
  try {
    const { size } = await file.stat()
    if (size > 0 && !isContinued) {
      throw new TargetFailure(`${path} isn't empty. To go on where it ends add --resume, or name another file.`)
    }
    const end = (await lastLineFeed(file, size)) + 1
    if (end < size) await file.truncate(end)
    const last = end === 0 ? null : await readPlace(file, { path, format, end })
    return { last, target: createTarget(file, path, end) }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readPlace(
  file: FileHandle,
  { path, format, end }: Pick<ExportFile, "path" | "format"> & { readonly end: number },
): Promise<LogPlace> {
  const start = (await lastLineFeed(file, end - 1)) + 1
  const line = Buffer.alloc(end - 1 - start)
  await file.read(line, 0, line.length, start)
  const place = format.placeOf(line.toString())
  if (place !== null) return place
  throw new TargetFailure(`The last line of ${path} is no record of this format, so it can't be gone on with.`)
}

// Before `end`; -1 where there is none.
async function lastLineFeed(file: FileHandle, end: number): Promise<number> {
  const chunk = Buffer.alloc(STEP)
  for (let through = end; through > 0; through -= STEP) {
    const start = Math.max(0, through - STEP)
    const { bytesRead } = await file.read(chunk, 0, through - start, start)
    const at = chunk.subarray(0, bytesRead).lastIndexOf(LINE_FEED)
    if (at >= 0) return start + at
  }
  return -1
}

function createTarget(file: FileHandle, path: string, end: number): OpenedTarget["target"] {
  let size = end
  return {
    async write(records) {
      const bytes = Buffer.from(records.map(({ line }) => `${line}\n`).join(""))
      const { size: now } = await file.stat().catch(failing(path))
      // Two that append to one file would tangle their records, and one that is cut would go on with a hole.
      if (now !== size)
        throw new TargetFailure(`Somebody else changed ${path} meanwhile. Nothing more is written to it.`)
      await file.appendFile(bytes).catch(failing(path))
      size += bytes.length
      return true
    },
    async close() {
      await file.sync().catch(failing(path))
      await file.close()
    },
  }
}

function failing(path: string) {
  return (error: unknown): never => {
    throw new TargetFailure(`${path} can't be written to: ${explainFailure(error)}`)
  }
}
