import type { Address } from "../../core/addresses/canonical-address.ts"
import { CODE_TRIES } from "../../core/links/code.ts"
import { MATCH_TRIES } from "../../core/links/match-number.ts"
import { startedSession } from "../../core/sessions/session.ts"
import type {
  CodeStore,
  LinkStore,
  RedeemCode,
  RedeemCodeOutcome,
  Redeemed,
  RedeemLink,
  RedeemLinkOutcome,
} from "../../core/store.ts"
import type { Decisions } from "./decisions.ts"
import { encodeLimit, rateLimited, type Told } from "./limits.ts"
import { createLateWriter } from "./writer.ts"

/** What `complete_redemptions` says of one. */
interface Redemption {
  readonly status: RedeemLinkOutcome["status"] | RedeemCodeOutcome["status"] | "again"
  readonly told: Told
  readonly address: Address
  readonly next: string | null
  readonly triesLeft: number
  readonly wasTried: boolean
  readonly userId: string
  readonly isNew: boolean
  readonly name: string
  readonly createdAt: number
}

export function createRedeemLink(decisions: Decisions): LinkStore["redeem"] {
  const redeem = decisions.together({
    name: "redeem_links",
    more: [MATCH_TRIES],
    encode: (args: RedeemLink) => ({
      token_hash: args.tokenHash,
      flow_hash: args.flowHash,
      match_number: args.matchNumber,
      redeeming: encodeRedeem(args, "magic_link"),
    }),
    // Presses of one link may go together: one wins, the others come again. A match number costs a try, one by one.
    keysOf: ({ tokenHash, matchNumber, limit, replaces }) => [
      matchNumber === null ? null : tokenHash,
      limit?.key,
      replaces,
    ],
    decode: (outcomes) => outcomes as readonly Redemption[],
  })
  return untilDecided(redeem, (args, row): RedeemLinkOutcome => {
    switch (row.status) {
      case "redeemed":
        return redeemed(args, row, "magic_link")
      case "rate_limited":
        return rateLimited(args.limit, row.told)
      case "used":
      case "expired":
      case "superseded":
        return { status: row.status, address: row.address, next: row.next }
      case "wrong_browser":
        return { status: row.status, triesLeft: row.triesLeft, wasTried: row.wasTried }
      case "refused":
        return { status: row.status }
      default:
        return { status: "unknown" }
    }
  })
}

export function createRedeemCode(decisions: Decisions): CodeStore["redeem"] {
  const redeem = decisions.together({
    name: "redeem_codes",
    more: [CODE_TRIES],
    encode: (args: RedeemCode) => ({
      flow_hash: args.flowHash,
      code_hashes: args.codeHashes,
      redeeming: encodeRedeem(args, "email_code"),
    }),
    keysOf: ({ flowHash, limit, replaces }) => [flowHash, limit?.key, replaces],
    decode: (outcomes) => outcomes as readonly Redemption[],
  })
  return untilDecided(redeem, (args, row): RedeemCodeOutcome => {
    switch (row.status) {
      case "redeemed":
        return redeemed(args, row, "email_code")
      case "rate_limited":
        return rateLimited(args.limit, row.told)
      case "wrong_code":
        return { status: row.status, triesLeft: row.triesLeft }
      case "used":
      case "expired":
      case "superseded":
      case "refused":
        return { status: row.status }
      default:
        return { status: "unknown" }
    }
  })
}

/**
 * Of those that would sign one person in at once, the second finds its user neither there nor free to create, and decides again when
 * the first is done. Its limit was taken already.
 */
function untilDecided<Args extends RedeemLink | RedeemCode, Outcome>(
  redeem: (args: Args) => Promise<Redemption>,
  decode: (args: Args, row: Redemption) => Outcome,
): (args: Args) => Promise<Outcome> {
  return async (args) => {
    let row = await redeem(args)
    while (row.status === "again") row = await redeem({ ...args, limit: null })
    return decode(args, row)
  }
}

function encodeRedeem(args: RedeemLink | RedeemCode, by: "magic_link" | "email_code") {
  const { session, at } = args
  return {
    by,
    at,
    limits: encodeLimit(args.limit),
    session_id: session.id,
    session_hash: session.tokenHash,
    idle_expires_at: session.idleExpiresAt,
    expires_at: session.expiresAt,
    device: session.device,
    new_user_id: args.newUserId,
    replaces: args.replaces,
    writer: createLateWriter(args.client),
  }
}

function redeemed(args: RedeemLink | RedeemCode, row: Redemption, by: "magic_link" | "email_code"): Redeemed {
  const { at, client } = args
  const { userId, next, isNew: isNewUser } = row
  return {
    status: "redeemed",
    user: { id: userId, email: row.address, displayName: row.name, createdAt: row.createdAt, disabledAt: null },
    session: startedSession(args.session, { userId, provider: by, at, ip: client.ip }),
    next,
    isNewUser,
  }
}
