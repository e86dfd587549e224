import type { DatabaseSync } from "node:sqlite"
import { deadReason } from "../../core/links/dead-reason.ts"
import { MATCH_TRIES } from "../../core/links/match-number.ts"
import type { LinkStore, LinkView } from "../../core/store.ts"
import type { OpenJournal } from "./journal.ts"
import { linkState } from "./redeem.ts"
import type { DecideRedeemLink, MatchableLink } from "./redeem-link.ts"
import type { SharedCommit } from "./shared-commit.ts"

const MINT = `
  insert into magic_link_tokens (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at, expires_at)
  select ?, ?, r.request_id, r.flow_hash, r.address, ?, ?, ?
  from outbox o join sign_in_requests r on r.request_id = o.request_id
  where o.outbox_id = ? and o.lease_id = ? and o.state = 'queued' and o.due_at > ?`
const FIND = `
  select t.link_id, t.token_hash, t.request_id, t.flow_hash, t.address, t.code_hash, t.expires_at, t.consumed_at,
    t.superseded_at, t.match_tries, t.prefetched_at, r.seq as request_seq, r.next, r.device, r.ip, r.requested_at,
    r.match_number, u.user_id, u.display_name, u.created_at as user_created_at, u.closed_through, u.disabled_at
  from magic_link_tokens t join sign_in_requests r on r.request_id = t.request_id
    left join users u on u.address = t.address
  where t.token_hash = ?`
const NOTE_PREFETCH = "update magic_link_tokens set prefetched_at = ? where token_hash = ?"

interface FoundLink extends MatchableLink {
  readonly prefetched_at: number | null
  readonly device: string
  readonly ip: string | null
  readonly requested_at: number
}

export function createLinks(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  redeemLink: DecideRedeemLink,
): LinkStore {
  const mint = database.prepare(MINT)
  const find = database.prepare(FIND)
  const notePrefetch = database.prepare(NOTE_PREFETCH)
  const findLink = (tokenHash: string) => find.get(tokenHash) as FoundLink | undefined
  return {
    mint: ({ tokenHash, linkId, codeHash, at, expiresAt, outboxId, leaseId }) =>
      commits.decide(() => {
        const { changes } = mint.run(tokenHash, linkId, codeHash, at, expiresAt, outboxId, leaseId, at)
        return { status: changes === 1 ? "minted" : "lease_lost" }
      }),
    inspect: (tokenHash) =>
      commits.read(() => {
        const link = findLink(tokenHash)
        return link === undefined ? null : linkView(link)
      }),
    notePrefetch: ({ tokenHash, client, at }) =>
      commits.decide((transaction) => {
        const link = findLink(tokenHash)
        if (link === undefined || link.prefetched_at !== null || deadReason(linkState(link), at) !== null) return
        notePrefetch.run(at, tokenHash)
        const journal = openJournal(transaction, { at, client, address: link.address })
        journal.write({ type: "link_prefetched", detail: { linkId: link.link_id } }, null)
      }),
    redeem: (args) =>
      commits.decide((transaction) => {
        const link = findLink(args.tokenHash)
        const { at, client } = args
        return redeemLink(args, link, openJournal(transaction, { at, client, address: link?.address ?? null }))
      }),
  }
}

function linkView(link: FoundLink): LinkView {
  return {
    ...linkState(link),
    linkId: link.link_id,
    address: link.address,
    flowHash: link.flow_hash,
    next: link.next,
    device: link.device,
    ip: link.ip,
    requestedAt: link.requested_at,
    prefetchedAt: link.prefetched_at,
    matchTriesLeft: Math.max(0, MATCH_TRIES - link.match_tries),
  }
}
