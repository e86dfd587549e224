import type { MoveSource } from "../../core/move/move-port.ts"
import { createMoveEnd } from "./move-end.ts"
import { openAlone } from "./open-alone.ts"

/**
 * Opens a file to be moved. As long as it is open nobody else can open it, so nothing is written to it; we write nothing either.
 *
 * @throws LinklatchError `store_unavailable` where another process has it open.
 */
export function openSqliteSource(path: string): MoveSource & { readonly close: () => void } {
  const database = openAlone(path)
  return { ...createMoveEnd(database, path), heldUp: async () => 0, close: () => database.close() }
}
