import type { DatabaseSync } from "node:sqlite"
import { firstIdAt } from "../../core/ids.ts"
import type { Swept } from "../../core/retention/retention-store.ts"

const PLACE = "select place from walks where name = 'personal data'"
const GO_TO = `
  insert into walks (name, place) values ('personal data', ?) on conflict (name) do update set place = excluded.place`
const NEXT = `
  select p.pii_id, p.address is not null and exists (select 1 from users u where u.address = p.address) as is_users
  from auth_event_pii p where p.pii_id > ? and p.pii_id < ? order by p.pii_id limit ?`
const DELETE = "delete from auth_event_pii where pii_id = ?"

/** How many times `max` rows are looked at for `max` that may go. */
const LOOK = 10

type SweptPersons = Pick<Swept, "persons" | "isMoreOfPersons">

export const noPersons: SweptPersons = { persons: 0, isMoreOfPersons: false }

/** Goes on through the personal data where the last sweep stopped, whichever process that was. Its ids are in the order of time. */
export function createSweepPersons(database: DatabaseSync): (before: number, max: number) => SweptPersons {
  const place = database.prepare(PLACE)
  const goTo = database.prepare(GO_TO)
  const next = database.prepare(NEXT)
  const deletePerson = database.prepare(DELETE)
  return (before, max) => {
    const rows = next.all(String(place.get()?.["place"] ?? ""), firstIdAt(before), max * LOOK)
    let persons = 0
    let last: string | null = null
    for (const row of rows) {
      if (persons === max) break
      last = String(row["pii_id"])
      if (row["is_users"] === 0) persons += Number(deletePerson.run(last).changes)
    }
    if (last !== null) goTo.run(last)
    return { persons, isMoreOfPersons: rows.length === max * LOOK || persons === max }
  }
}
