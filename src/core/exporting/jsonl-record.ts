import type { ExportScope } from "./export-scope.ts"
import type { ExportedEvent } from "./exported-event.ts"
import { shownAddress } from "./shown-address.ts"

/** A record of our own: the leaf as it is sealed, so that whoever holds the line can hash it again. */
export function jsonlRecord(event: ExportedEvent, scope: ExportScope): string {
  const { index, hash, state } = event
  const place = { index, state, origin: scope.origin, checkpoint: scope.checkpointSize, hash }
  if (event.state === "missing") return JSON.stringify(place)
  const { person, leaf } = event
  const shown = person && { address: shownAddress(person, scope), ip: person.ip, userAgent: person.userAgent }
  // The text itself, not what it says: its members stand in the order that was hashed.
  return `${JSON.stringify({ ...place, person: shown }).slice(0, -1)},"leaf":${leaf}}`
}
