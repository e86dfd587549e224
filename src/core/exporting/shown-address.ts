import type { EventPerson } from "../audit/event.ts"
import { maskAddress } from "../audit/mirror-events.ts"
import type { ExportScope } from "./export-scope.ts"

/** The mail address of an event as a record shows it, or null where there is none. */
export function shownAddress(person: EventPerson | null, { isEmailClear }: ExportScope): string | null {
  if (person === null || person.address === null) return null
  return isEmailClear ? person.address : maskAddress(person.address)
}
