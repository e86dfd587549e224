import { exportFormats, type LogPlace } from "../../core/exporting/export-formats.ts"
import { type ReadFile, readForChange, writeFileWhole } from "../env-file/write-file-whole.ts"
import { explainFailure } from "../store-failure.ts"
import { TargetFailure } from "./export-target.ts"

/** Remembers how far an export came, in a file of its own: for targets that can't be asked. */
export interface ExportState {
  readonly last: LogPlace | null
  keep(place: LogPlace): void
}

/** Opens the file, or begins one that isn't there: `{"index":12,"hash":"…"}`, the last place that was dealt with. */
export function openExportState(path: string): ExportState {
  let file = attempt(path, () => readForChange(path))
  const last = file.text === null ? null : exportFormats.jsonl.placeOf(file.text)
  if (file.text !== null && last === null) throw new TargetFailure(`${path} doesn't say how far an export came.`)
  return {
    last,
    keep({ index, hash }) {
      const text = `${JSON.stringify({ index, hash })}\n`
      file = attempt(path, () => write(file, text))
    },
  }
}

function write(file: ReadFile, text: string): ReadFile {
  if (file.text !== text) writeFileWhole(file, text)
  return { ...file, text }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw new TargetFailure(`${path} can't be kept: ${explainFailure(error)}`)
  }
}
