import type { CampaignReport } from "./campaign.ts"

/** What a campaign showed to be otherwise than the documents say; nothing, if all is well. */
export function faultsOf({ inside, outside, silent, clean }: CampaignReport): readonly string[] {
  const rows = [...inside, ...outside, ...silent]
  return [
    ...clean.misses.map((miss) => `false alarm, ${miss}`),
    ...outside.filter(({ found }) => found > 0).map(({ name }) => `found without a checkpoint from outside: ${name}`),
    ...rows.flatMap(({ name, misses }) => misses.map((miss) => `${name} ${miss}`)),
  ]
}
