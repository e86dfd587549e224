import type { DatabaseSync } from "node:sqlite"
import type { ProviderStore } from "../../core/store.ts"
import type { ProviderUse } from "../../core/users/user.ts"
import type { OpenJournal } from "./journal.ts"
import type { SharedCommit } from "./shared-commit.ts"
import type { FindUser } from "./users.ts"

const COUNT = `
  insert into user_providers (user_id, provider, first_used_at, last_used_at, uses) values (?, ?, ?, ?, 1)
  on conflict (user_id, provider) do update set last_used_at = excluded.last_used_at, uses = uses + 1
  returning uses`
const LIST = `
  select provider, first_used_at as firstUsedAt, last_used_at as lastUsedAt, uses
  from user_providers where user_id = ? order by last_used_at desc, provider`

/** Counts a use inside a decision. Returns whether it was the first. */
export type CountProvider = (userId: string, provider: string, at: number) => boolean

export function createCountProvider(database: DatabaseSync): CountProvider {
  const count = database.prepare(COUNT)
  return (userId, provider, at) => count.get(userId, provider, at, at)?.["uses"] === 1
}

export function createProviders(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  findUser: FindUser,
  countProvider: CountProvider,
): ProviderStore {
  const list = database.prepare(LIST)
  return {
    record: ({ userId, provider, client, at }) =>
      commits.decide((transaction) => {
        const user = findUser({ userId })
        if (user === null) return "unknown_user"
        const isFirst = countProvider(userId, provider, at)
        const journal = openJournal(transaction, { at, client, address: user.email })
        journal.write({ type: "provider_used", detail: { provider, isFirst } }, userId)
        return "recorded"
      }),
    list: (userId) =>
      commits.read(() => list.all(userId).map((row) => ({ ...row })) as unknown as readonly ProviderUse[]),
  }
}
