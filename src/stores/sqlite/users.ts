import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import type { UserStore } from "../../core/store.ts"
import type { User } from "../../core/users/user.ts"
import type { OpenJournal } from "./journal.ts"
import type { EndSessions } from "./sessions.ts"
import type { SharedCommit } from "./shared-commit.ts"

export const USER_COLUMNS = "user_id, address, display_name, created_at, disabled_at"
const FIND_BY_ID = `select ${USER_COLUMNS} from users where user_id = ?`
const FIND_BY_ADDRESS = `select ${USER_COLUMNS} from users where address = ?`
const SET_DISABLED = "update users set disabled_at = ? where user_id = ?"
const CLOSE_REQUESTS = `
  update users set closed_through = (select seq from sqlite_sequence where name = 'sign_in_requests') where user_id = ?`

export interface UserRow {
  readonly user_id: string
  readonly address: Address
  readonly display_name: string
  readonly created_at: number
  readonly disabled_at: number | null
}

export type FindUser = (by: { readonly userId: string } | { readonly address: Address }) => User | null

export function createFindUser(database: DatabaseSync): FindUser {
  const byId = database.prepare(FIND_BY_ID)
  const byAddress = database.prepare(FIND_BY_ADDRESS)
  return (by) => {
    const row = ("userId" in by ? byId.get(by.userId) : byAddress.get(by.address)) as UserRow | undefined
    return row === undefined ? null : toUser(row)
  }
}

/** Ends all that a user's address was asked for so far: mail still owed is withheld, links still out are dead. */
export type CloseRequests = (userId: string) => void

export function createCloseRequests(database: DatabaseSync): CloseRequests {
  const closeRequests = database.prepare(CLOSE_REQUESTS)
  return (userId) => void closeRequests.run(userId)
}

export function createUsers(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  findUser: FindUser,
  endSessions: EndSessions,
  closeRequests: CloseRequests,
): Omit<UserStore, "list"> {
  const setDisabled = database.prepare(SET_DISABLED)
  return {
    find: (by) => commits.read(() => findUser(by)),
    setDisabled: ({ userId, isDisabled, by, client, at }) =>
      commits.decide((transaction) => {
        const user = findUser({ userId })
        if (user === null) return { status: "unknown_user" }
        if ((user.disabledAt !== null) === isDisabled) return { status: "unchanged" }
        const journal = openJournal(transaction, { at, client, address: user.email })
        setDisabled.run(isDisabled ? at : null, userId)
        journal.write({ type: isDisabled ? "user_disabled" : "user_enabled", detail: { by } }, userId)
        if (!isDisabled) return { status: "changed", sessionsEnded: 0 }
        closeRequests(userId)
        const sessionsEnded = endSessions({ userId, sessionId: "all" }, "user_disabled", at, journal, by)
        return { status: "changed", sessionsEnded }
      }),
  }
}

export function toUser(row: UserRow): User {
  return {
    id: row.user_id,
    email: row.address,
    displayName: row.display_name,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
  }
}
