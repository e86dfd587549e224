import { MATCH_TRIES } from "../../core/links/match-number.ts"
import type { LinkStore, LinkView, MintLink } from "../../core/store.ts"
import type { Database } from "./database.ts"
import type { Decisions } from "./decisions.ts"
import { createRedeemLink } from "./redeem.ts"
import { createLateWriter } from "./writer.ts"

export function createLinks(database: Database, decisions: Decisions): LinkStore {
  return {
    mint: decisions.together({
      name: "mint_links",
      encode: (link: MintLink) => ({
        token_hash: link.tokenHash,
        link_id: link.linkId,
        code_hash: link.codeHash,
        at: link.at,
        expires_at: link.expiresAt,
        outbox_id: link.outboxId,
        lease_id: link.leaseId,
      }),
      decode: (outcomes) => (outcomes as ("minted" | "lease_lost")[]).map((status) => ({ status })),
    }),
    async inspect(tokenHash) {
      const row = (await database.look("inspect_link", [tokenHash])) as
        | (Omit<LinkView, "matchTriesLeft"> & { readonly matchTries: number })
        | null
      if (row === null) return null
      const { matchTries, ...link } = row
      return { ...link, matchTriesLeft: Math.max(0, MATCH_TRIES - matchTries) }
    },
    async notePrefetch({ tokenHash, client, at }) {
      await decisions.alone("note_prefetch", { token_hash: tokenHash, at, writer: createLateWriter(client) })
    },
    redeem: createRedeemLink(decisions),
  }
}
