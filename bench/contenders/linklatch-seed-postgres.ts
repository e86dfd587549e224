import type { Seeded, SeedPlan } from "./contender.ts"

/** Comes with the PostgreSQL store. */
export async function seedTables(_: SeedPlan): Promise<readonly Seeded[]> {
  throw new Error("There is no PostgreSQL store yet.")
}
