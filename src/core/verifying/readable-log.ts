import type { SealingStore } from "../sealing/sealing-store.ts"
import type { DraftBundle } from "./leaf-draft.ts"

/** What of a store is read to verify its log, and to prove what is in it. */
export interface ReadableLog
  extends Pick<
    SealingStore,
    "head" | "bundles" | "tile" | "checkpoints" | "latestCheckpoint" | "eventBetween" | "backlog" | "unsealed"
  > {
  /** Bundles with the leaves that the database can put together by itself, where it can: as `bundles`. */
  drafts?(ask: { readonly from: number; readonly max: number }): Promise<readonly DraftBundle[]>
}
