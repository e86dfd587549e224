import type { DatabaseSync } from "node:sqlite"
import type { UserStore } from "../../core/store.ts"
import type { SharedCommit } from "./shared-commit.ts"
import { toUser, USER_COLUMNS, type UserRow } from "./users.ts"

// Each is one range of an index. Both bounds in one statement would be one bound and a filter, and the later pages slow.
const LIST = `select ${USER_COLUMNS} from users where address < ?`
const ORDER = "order by address limit ?"
const DISABLED = "and disabled_at is not null"
const STATEMENTS = {
  all: { from: `${LIST} and address >= ? ${ORDER}`, after: `${LIST} and address > ? ${ORDER}` },
  disabled: {
    from: `${LIST} and address >= ? ${DISABLED} ${ORDER}`,
    after: `${LIST} and address > ? ${DISABLED} ${ORDER}`,
  },
} as const

// Above every character that an address can have.
const HIGHEST = "\x7f"

export function createListUsers(database: DatabaseSync, commits: SharedCommit): UserStore["list"] {
  const prepare = ({ from, after }: (typeof STATEMENTS)["all" | "disabled"]) => ({
    from: database.prepare(from),
    after: database.prepare(after),
  })
  const statements = { all: prepare(STATEMENTS.all), disabled: prepare(STATEMENTS.disabled) }
  return ({ after, max, prefix, onlyDisabled }) =>
    commits.read(() => {
      const { from, after: later } = statements[onlyDisabled ? "disabled" : "all"]
      const isLater = after !== null && after >= prefix
      const rows = (isLater ? later : from).all(prefix + HIGHEST, isLater ? after : prefix, max)
      return (rows as unknown as readonly UserRow[]).map(toUser)
    })
}
