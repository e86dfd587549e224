import { describe, expect, it } from "vitest"
import { allEvents, missingEvent, scope } from "../../../test/exporting/sample-events.ts"
import { exportFormats } from "./export-formats.ts"
import { oneLine } from "./one-line.ts"

describe("a line of an export", () => {
  it.each(Object.entries(exportFormats))("says where it stands, as %s", (_name, { write, placeOf }) => {
    for (const event of [allEvents[0] ?? missingEvent, missingEvent]) {
      expect(placeOf(oneLine(write(event, scope)))).toEqual({ index: event.index, hash: event.hash })
    }
  })

  it.each(Object.entries(exportFormats))("says nothing where it is no line of %s", (name, { placeOf }) => {
    const others = Object.entries(exportFormats).filter(([other]) => other !== name)
    const foreign = others.map(([, { write }]) => write(missingEvent, scope))
    for (const line of ["", "{", "null", "[]", "7", "{}", '{"index":"1","hash":"00"}', ...foreign]) {
      expect(placeOf(line), line).toBe(null)
    }
  })
})
