import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import type { PersonToErase } from "../../core/erasing/erasure-store.ts"
import { whoseRequest } from "../../core/erasing/whose.ts"
import { firstIdAt } from "../../core/ids.ts"

const FIND = `
  select seq, request_id, flow_hash, address, requested_at from sign_in_requests
  where seq > ? and seq <= ? and address in (select value from json_each(?))`
const DELETE_REQUEST = "delete from sign_in_requests where seq = ?"
const DELETE_LINKS = "delete from magic_link_tokens where flow_hash = ? and request_id = ?"
// Its id was made in the moment of asking, as the request's was.
const DELETE_OUTBOX = "delete from outbox where outbox_id >= ? and outbox_id < ? and request_id = ?"

export interface FoundRequest {
  readonly seq: number
  readonly request_id: string
  readonly flow_hash: string
  readonly address: Address
  readonly requested_at: number
  /** The place of the one it goes with. */
  readonly whose: number
}

export interface DeleteRequests {
  /** Requests of these people above one number and up to another. */
  find(people: readonly PersonToErase[], above: number, through: number): readonly FoundRequest[]
  /** Deletes them with their links and their mail. Returns the hashes that stood in them. */
  run(found: readonly FoundRequest[]): readonly Uint8Array[]
}

export function createDeleteRequests(database: DatabaseSync): DeleteRequests {
  const find = database.prepare(FIND)
  const deleteRequest = database.prepare(DELETE_REQUEST)
  const deleteLinks = database.prepare(DELETE_LINKS)
  const deleteOutbox = database.prepare(DELETE_OUTBOX)
  return {
    find(people, above, through) {
      const addresses = JSON.stringify(people.flatMap(({ address }) => address ?? []))
      const rows = find.all(above, through, addresses) as unknown as readonly Omit<FoundRequest, "whose">[]
      return rows
        .map((row) => ({ ...row, whose: whoseRequest({ ...row, requestedAt: row.requested_at }, people) }))
        .filter(({ whose }) => whose !== -1)
    },
    run(found) {
      for (const { seq, flow_hash, request_id, requested_at } of found) {
        if (deleteRequest.run(seq).changes === 0) continue
        deleteLinks.run(flow_hash, request_id)
        const mail = deleteOutbox.run(firstIdAt(requested_at), firstIdAt(requested_at + 1), request_id)
        // Whoever claims a row whose request is gone would fail, again and again.
        if (mail.changes === 0) throw new Error("The mail of a request isn't where its time says.")
      }
      return [...new Set(found.map(({ flow_hash }) => flow_hash))].map((hash) => Buffer.from(hash))
    },
  }
}
