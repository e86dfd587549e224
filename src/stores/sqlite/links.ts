import type { DatabaseSync } from "node:sqlite"
import type { ConsumeFailure } from "../../core/audit/event.ts"
import { MATCH_TRIES } from "../../core/links/match-number.ts"
import type { LinkStore, LinkView, RedeemLink, RedeemLinkOutcome } from "../../core/store.ts"
import type { Journal, OpenJournal } from "./journal.ts"
import type { TakeLimit } from "./limits.ts"
import { type CompleteRedeem, deadReason, isSuperseded, type LinkRow, writeConsumeFailed } from "./redeem.ts"
import type { SharedCommit } from "./shared-commit.ts"

const MINT = `
  insert into magic_link_tokens (token_hash, link_id, request_id, flow_hash, address, code_hash, minted_at, expires_at)
  select ?, ?, r.request_id, r.flow_hash, r.address, ?, ?, ?
  from outbox o join sign_in_requests r on r.request_id = o.request_id
  where o.outbox_id = ? and o.lease_id = ? and o.state = 'queued'`
const FIND = `
  select t.link_id, t.token_hash, t.request_id, t.flow_hash, t.address, t.code_hash, t.expires_at, t.consumed_at,
    t.superseded_at, t.match_tries, t.prefetched_at, r.seq as request_seq, r.next, r.device, r.ip, r.requested_at, r.match_number,
    u.closed_through
  from magic_link_tokens t join sign_in_requests r on r.request_id = t.request_id
    left join users u on u.address = t.address
  where t.token_hash = ?`
const NOTE_PREFETCH = `
  update magic_link_tokens set prefetched_at = ?
  where token_hash = ? and prefetched_at is null and consumed_at is null and superseded_at is null and expires_at > ?
  returning link_id, address`
const SPEND_MATCH_TRY = "update magic_link_tokens set match_tries = match_tries + 1 where token_hash = ?"

interface FoundLink extends LinkRow {
  readonly prefetched_at: number | null
  readonly device: string
  readonly ip: string | null
  readonly requested_at: number
  readonly match_number: number
}

export function createLinks(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  takeLimit: TakeLimit,
  completeRedeem: CompleteRedeem,
): LinkStore {
  const mint = database.prepare(MINT)
  const find = database.prepare(FIND)
  const notePrefetch = database.prepare(NOTE_PREFETCH)
  const spendMatchTry = database.prepare(SPEND_MATCH_TRY)

  function redeem(args: RedeemLink, link: FoundLink | undefined, journal: Journal): RedeemLinkOutcome {
    const limited = takeLimit(args.limit, args.at, journal)
    if (limited.status === "refused") return { status: "rate_limited", quota: limited.quota }
    const fail = (reason: ConsumeFailure) => writeConsumeFailed(journal, "magic_link", reason, link ?? null)
    if (link === undefined) {
      fail("unknown")
      return { status: "unknown" }
    }
    const dead = deadReason(link, args.at)
    if (dead !== null) {
      fail(dead)
      return { status: dead, address: link.address, next: link.next }
    }
    if (args.flowHash !== link.flow_hash && !mayMatch(link, args.matchNumber)) {
      fail("wrong_browser")
      return wrongBrowser(link, args.matchNumber)
    }
    return completeRedeem(link, { ...args, by: "magic_link" }, journal)
  }

  // A press without a number costs nothing: a scanner that presses buttons must not use up a person's tries (P2).
  function wrongBrowser(link: FoundLink, matchNumber: number | null): RedeemLinkOutcome {
    const left = MATCH_TRIES - link.match_tries
    if (matchNumber === null || left <= 0) return { status: "wrong_browser", triesLeft: Math.max(0, left), wasTried: false }
    spendMatchTry.run(link.token_hash)
    return { status: "wrong_browser", triesLeft: left - 1, wasTried: true }
  }

  const findLink = (tokenHash: string) => find.get(tokenHash) as FoundLink | undefined
  return {
    mint: (link) =>
      commits.decide(() => {
        const { tokenHash, linkId, codeHash, at, expiresAt, outboxId, leaseId } = link
        const { changes } = mint.run(tokenHash, linkId, codeHash, at, expiresAt, outboxId, leaseId)
        return { status: changes === 1 ? "minted" : "lease_lost" }
      }),
    inspect: async (tokenHash) => {
      const link = findLink(tokenHash)
      return link === undefined ? null : linkView(link)
    },
    notePrefetch: ({ tokenHash, client, at }) =>
      commits.decide((transaction) => {
        const noted = notePrefetch.get(at, tokenHash, at) as Pick<LinkRow, "link_id" | "address"> | undefined
        if (noted === undefined) return
        const journal = openJournal(transaction, { at, client, address: noted.address })
        journal.write({ type: "link_prefetched", detail: { linkId: noted.link_id } }, null)
      }),
    redeem: (args) =>
      commits.decide((transaction) => {
        const link = findLink(args.tokenHash)
        const { at, client } = args
        return redeem(args, link, openJournal(transaction, { at, client, address: link?.address ?? null }))
      }),
  }
}

function mayMatch(link: FoundLink, matchNumber: number | null): boolean {
  return link.match_tries < MATCH_TRIES && matchNumber === link.match_number
}

function linkView(link: FoundLink): LinkView {
  return {
    linkId: link.link_id,
    address: link.address,
    flowHash: link.flow_hash,
    next: link.next,
    device: link.device,
    ip: link.ip,
    requestedAt: link.requested_at,
    expiresAt: link.expires_at,
    consumedAt: link.consumed_at,
    isSuperseded: isSuperseded(link),
    prefetchedAt: link.prefetched_at,
    matchTriesLeft: Math.max(0, MATCH_TRIES - link.match_tries),
  }
}
