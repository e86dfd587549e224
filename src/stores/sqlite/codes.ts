import type { DatabaseSync } from "node:sqlite"
import type { ConsumeFailure } from "../../core/audit/event.ts"
import { CODE_TRIES } from "../../core/links/code.ts"
import { type DeadReason, deadReason } from "../../core/links/dead-reason.ts"
import type { CodeStore, RedeemCode, RedeemCodeOutcome } from "../../core/store.ts"
import type { Journal, OpenJournal } from "./journal.ts"
import type { TakeLimit } from "./limits.ts"
import { type CompleteRedeem, type LinkRow, linkState, writeConsumeFailed } from "./redeem.ts"
import type { FindLatest, LatestRequest } from "./requests.ts"
import type { SharedCommit } from "./shared-commit.ts"

const FIND_MINTED = `
  select t.link_id, t.token_hash, t.request_id, t.flow_hash, t.address, t.code_hash, t.expires_at, t.consumed_at,
    t.superseded_at, t.match_tries, r.next, r.seq as request_seq, u.user_id, u.display_name, u.created_at as user_created_at,
    u.closed_through, u.disabled_at
  from magic_link_tokens t join sign_in_requests r on r.request_id = t.request_id
    left join users u on u.address = t.address
  where t.flow_hash = ? order by t.seq desc`
const SPEND_CODE_TRY = "update sign_in_requests set code_tries = code_tries + 1 where request_id = ?"

export function createCodes(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  takeLimit: TakeLimit,
  findLatest: FindLatest,
  completeRedeem: CompleteRedeem,
): CodeStore {
  const findMinted = database.prepare(FIND_MINTED)
  const spendCodeTry = database.prepare(SPEND_CODE_TRY)

  function redeem(args: RedeemCode, request: LatestRequest | undefined, journal: Journal): RedeemCodeOutcome {
    const limited = args.limit === null ? null : takeLimit(args.limit, args.at, journal)
    if (limited?.status === "refused") return { ...limited, status: "rate_limited" }
    const fail = (reason: ConsumeFailure | DeadReason, found: LinkRow | null = null) =>
      writeConsumeFailed(journal, "email_code", reason, found)
    if (request === undefined) {
      fail("unknown")
      return { status: "unknown" }
    }
    const triesLeft = CODE_TRIES - request.code_tries
    const link = triesLeft > 0 ? findByCode(args) : undefined
    if (link === undefined) {
      fail("wrong_code")
      // Counted on the request, which exists whether or not a mail went out, so a wrong code tells nobody which (P4).
      if (triesLeft > 0) spendCodeTry.run(request.request_id)
      return { status: "wrong_code", triesLeft: Math.max(0, triesLeft - 1) }
    }
    const dead = deadReason(linkState(link), args.at)
    if (dead !== null) {
      fail(dead, link)
      return { status: dead }
    }
    return completeRedeem(link, { ...args, by: "email_code" }, journal)
  }

  function findByCode({ flowHash, codeHashes }: RedeemCode): LinkRow | undefined {
    const minted = findMinted.all(flowHash) as unknown as readonly LinkRow[]
    return minted.find((link) => codeHashes.some((codeHash) => codeHash === link.code_hash))
  }

  return {
    redeem: (args) =>
      commits.decide((transaction) => {
        const request = findLatest(args.flowHash)
        const { at, client } = args
        return redeem(args, request, openJournal(transaction, { at, client, address: request?.address ?? null }))
      }),
  }
}
