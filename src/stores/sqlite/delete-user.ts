import type { DatabaseSync } from "node:sqlite"
import type { Actor } from "../../core/audit/event.ts"
import type { PersonToErase } from "../../core/erasing/erasure-store.ts"
import type { Journal } from "./journal.ts"
import type { EndSessions } from "./sessions.ts"

const FIND = "select user_id, address, created_at from users where address = ? or user_id = ?"
const DELETE_SESSIONS = "delete from sessions where user_id = ? returning token_hash"
const DELETE_PROVIDERS = "delete from user_providers where user_id = ?"
const DELETE_USER = "delete from users where user_id = ?"

export interface DeletedUser {
  readonly userId: string
  readonly sessionsEnded: number
  /** By which copies of its rows are known: see erasure-store.ts. */
  readonly marks: readonly Uint8Array[]
}

/** Deletes the user of a person with all that hangs on them, inside a decision; null where there is none, or only one who came since. */
export type DeleteUser = (
  person: PersonToErase & { readonly by: Actor; readonly at: number },
  journal: Journal,
) => DeletedUser | null

export function createDeleteUser(database: DatabaseSync, endSessions: EndSessions): DeleteUser {
  const find = database.prepare(FIND)
  const deleteSessions = database.prepare(DELETE_SESSIONS)
  const deleteProviders = database.prepare(DELETE_PROVIDERS)
  const deleteUser = database.prepare(DELETE_USER)
  return ({ address, userId, before, by, at }, journal) => {
    const rows = find.all(address, userId) as unknown as readonly {
      user_id: string
      address: string
      created_at: number
    }[]
    const users = rows.filter(({ created_at }) => before === null || created_at < before)
    const [user] = users
    if (user === undefined) return null
    let sessionsEnded = 0
    const marks: Uint8Array[] = []
    for (const { user_id, address: known } of users) {
      sessionsEnded += endSessions({ userId: user_id, sessionId: "all" }, "user_erased", at, journal, by)
      marks.push(...deleteSessions.all(user_id).map((row) => Buffer.from(String(row["token_hash"]))))
      // As they stand in the row, and in the index.
      marks.push(Buffer.from(user_id + known), Buffer.from(known + user_id))
      deleteProviders.run(user_id)
      deleteUser.run(user_id)
    }
    return { userId: user.user_id, sessionsEnded, marks }
  }
}
