import type { DatabaseSync } from "node:sqlite"
import type { ConsumeFailure } from "../../core/audit/event.ts"
import { type DeadReason, deadReason } from "../../core/links/dead-reason.ts"
import { MATCH_TRIES } from "../../core/links/match-number.ts"
import type { RedeemLink, RedeemLinkOutcome } from "../../core/store.ts"
import type { Journal } from "./journal.ts"
import type { TakeLimit } from "./limits.ts"
import { type CompleteRedeem, type LinkRow, linkState, writeConsumeFailed } from "./redeem.ts"

const SPEND_MATCH_TRY = "update magic_link_tokens set match_tries = match_tries + 1 where token_hash = ?"

export interface MatchableLink extends LinkRow {
  readonly match_number: number
}

export type DecideRedeemLink = (
  args: RedeemLink,
  link: MatchableLink | undefined,
  journal: Journal,
) => RedeemLinkOutcome

export function createRedeemLink(
  database: DatabaseSync,
  takeLimit: TakeLimit,
  completeRedeem: CompleteRedeem,
): DecideRedeemLink {
  const spendMatchTry = database.prepare(SPEND_MATCH_TRY)

  // A press without a number costs nothing: a scanner that presses buttons must not use up a person's tries (P2).
  function wrongBrowser(link: MatchableLink, matchNumber: number | null): RedeemLinkOutcome {
    const left = MATCH_TRIES - link.match_tries
    if (matchNumber === null || left <= 0) {
      return { status: "wrong_browser", triesLeft: Math.max(0, left), wasTried: false }
    }
    spendMatchTry.run(link.token_hash)
    return { status: "wrong_browser", triesLeft: left - 1, wasTried: true }
  }

  return (args, link, journal) => {
    const limited = args.limit === null ? null : takeLimit(args.limit, args.at, journal)
    if (limited?.status === "refused") return { ...limited, status: "rate_limited" }
    const fail = (reason: ConsumeFailure | DeadReason) =>
      writeConsumeFailed(journal, "magic_link", reason, link ?? null)
    if (link === undefined) {
      fail("unknown")
      return { status: "unknown" }
    }
    const dead = deadReason(linkState(link), args.at)
    if (dead !== null) {
      fail(dead)
      if (dead === "refused") return { status: dead }
      return { status: dead, address: link.address, next: link.next }
    }
    if (args.flowHash !== link.flow_hash && !mayMatch(link, args.matchNumber)) {
      fail("wrong_browser")
      return wrongBrowser(link, args.matchNumber)
    }
    return completeRedeem(link, { ...args, by: "magic_link" }, journal)
  }
}

function mayMatch(link: MatchableLink, matchNumber: number | null): boolean {
  return link.match_tries < MATCH_TRIES && matchNumber === link.match_number
}
