import type { ProviderStore, UserStore } from "../../core/store.ts"
import type { SetDisabledOutcome } from "../../core/users/look-after-users.ts"
import type { ProviderUse } from "../../core/users/user.ts"
import type { Database } from "./database.ts"
import type { Decisions } from "./decisions.ts"
import { toUser, type UserRow } from "./people.ts"
import { createLateWriter } from "./writer.ts"

const FIND = "select {s}.user_json(u)::text as result from {s}.users u"
const LIST = `${FIND} where u.address < $1 and u.address`
// One bound and no more: both in one statement would be one bound and a filter, and the later pages slow.
const FROM = `${LIST} >= $2`
const AFTER = `${LIST} > $2`
const DISABLED = "and u.disabled_at is not null"
const ORDER = "order by u.address limit $3"
const PROVIDERS = `
  select json_build_object('provider', provider, 'firstUsedAt', first_used_at, 'lastUsedAt', last_used_at, 'uses', uses)::text as result
  from {s}.user_providers where user_id = $1 order by last_used_at desc, provider`

// Above every character that an address can have.
const HIGHEST = "\x7f"

export function createUsers(database: Database, decisions: Decisions): UserStore {
  return {
    async find(by) {
      const [row] =
        "userId" in by
          ? await database.ask(`${FIND} where u.user_id = $1`, [by.userId])
          : await database.ask(`${FIND} where u.address = $1`, [by.address])
      return row === undefined ? null : toUser(row as UserRow)
    },
    async list({ after, max, prefix, onlyDisabled }) {
      const isLater = after !== null && after >= prefix
      const statement = `${isLater ? AFTER : FROM} ${onlyDisabled ? DISABLED : ""} ${ORDER}`
      const rows = await database.ask(statement, [prefix + HIGHEST, isLater ? after : prefix, max])
      return rows.map((row) => toUser(row as UserRow))
    },
    async setDisabled({ userId, isDisabled, by, client, at }): Promise<SetDisabledOutcome> {
      const disabling = { user_id: userId, is_disabled: isDisabled, actor: by, at, writer: createLateWriter(client) }
      const { outcome, ended } = await decisions.alone("set_disabled", disabling)
      if (outcome === "changed") return { status: outcome, sessionsEnded: ended ?? 0 }
      return { status: outcome as "unchanged" | "unknown_user" }
    },
  }
}

export function createProviders(database: Database, decisions: Decisions): ProviderStore {
  return {
    async record({ userId, provider, client, at }) {
      const recording = { user_id: userId, provider, at, writer: createLateWriter(client) }
      return (await decisions.alone("record_provider", recording)).outcome as "recorded" | "unknown_user"
    },
    list: async (userId) => (await database.ask(PROVIDERS, [userId])) as readonly ProviderUse[],
  }
}
