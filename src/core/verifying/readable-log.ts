import type { SealingStore } from "../sealing/sealing-store.ts"

/** What of a store is read to verify its log, and to prove what is in it. */
export type ReadableLog = Pick<
  SealingStore,
  "head" | "bundles" | "tile" | "checkpoints" | "latestCheckpoint" | "eventBetween" | "backlog" | "unsealed"
>
