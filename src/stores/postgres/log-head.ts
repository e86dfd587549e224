import { openRanges, readCursor } from "../../core/sealing/log-cursor.ts"
import type { LogHead } from "../../core/sealing/sealing-store.ts"

/** The row of `audit_log`. */
export interface HeadRow {
  readonly size: number
  readonly cursor: string
  readonly minIndex: number
}

export function toHead({ size, cursor, minIndex }: HeadRow): LogHead {
  const { through, open } = readCursor(cursor)
  return { size, minIndex, through, open: openRanges({ through, open }), cursor }
}
