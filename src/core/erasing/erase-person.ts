import type { Address } from "../addresses/canonical-address.ts"
import type { Context } from "../context.ts"
import { uuidv7 } from "../ids.ts"
import { type Erasing, erasePeople } from "./erase-people.ts"
import type { ErasureJournal } from "./erasure-journal.ts"
import { createErasureMarker } from "./erasure-mark.ts"
import type { PersonToErase } from "./erasure-store.ts"

export type ToErase = { readonly userId: string } | { readonly address: Address }

export interface ErasedPerson {
  /** `nothing`: nobody here knew anything of that person. */
  readonly status: "erased" | "nothing"
  /** Of the user who was erased: in the log it stands for nobody any more. Null where there was none. */
  readonly userId: string | null
  readonly sessionsEnded: number
  /** Requests that went, with their links and their mail. */
  readonly requests: number
  /** Rows of personal data beside the log that went. Events of one decision share one. */
  readonly persons: number
  readonly marks: readonly Uint8Array[]
}

/** Erases everything that is known about a person: a user, or an address that somebody once typed. Noted in the journal first. */
export async function erasePerson(
  context: Pick<Context, "store" | "clock" | "random" | "settings">,
  who: ToErase,
  { journal, ...erasing }: Erasing & { readonly journal: ErasureJournal | null },
): Promise<ErasedPerson> {
  const person = await findPerson(context, who)
  const people = journal === null ? [person] : await noteErasure(context, journal, person, erasing)
  const { outcomes, requests, persons, marks } = await erasePeople(context, people, erasing)
  const erased = outcomes.filter((outcome) => outcome.status === "erased")
  const isAnything = erased.length > 0 || requests > 0 || persons > 0
  return {
    status: isAnything ? "erased" : "nothing",
    userId: erased.find(({ userId }) => userId !== null)?.userId ?? null,
    sessionsEnded: erased.reduce((sum, { sessionsEnded }) => sum + sessionsEnded, 0),
    requests,
    persons,
    marks,
  }
}

async function findPerson({ store }: Pick<Context, "store">, who: ToErase): Promise<PersonToErase> {
  const user = await store.users.find(who)
  if (user !== null) return { address: user.email, userId: user.id, before: null }
  if ("address" in who) return { address: who.address, userId: null, before: null }
  return { address: null, userId: who.userId, before: null }
}

/**
 * Writes the entry before anything happens: a process that dies in the middle leaves word of whom it was to erase. Returns whom to erase:
 * with users that the address was erased as before, in case that erasing came to no end.
 */
async function noteErasure(
  { settings, clock, random }: Pick<Context, "clock" | "random" | "settings">,
  journal: ErasureJournal,
  person: PersonToErase,
  { by }: Erasing,
): Promise<readonly PersonToErase[]> {
  const { address, userId } = person
  const markers = settings.secrets.map(createErasureMarker)
  const { entries } = await journal.read()
  const at = clock.now()
  const [first] = markers
  const mark = address === null || first === undefined ? null : first.mark(address)
  await journal.append({ id: uuidv7(at, random), at, by, userId, mark })
  if (address === null) return [person]
  const hashes = new Set(markers.map((marker) => marker.mark(address).hash))
  const earlier = entries.flatMap((entry) => (entry.mark !== null && hashes.has(entry.mark.hash) ? entry : []))
  const userIds = new Set(earlier.flatMap((entry) => entry.userId ?? []))
  if (userId !== null) userIds.delete(userId)
  return [person, ...[...userIds].map((id) => ({ address: null, userId: id, before: null }))]
}
