import { describe, expect, it } from "vitest"
import { owaspEvent } from "./owasp-event.ts"

describe("the word of OWASP's Logging Vocabulary (LOG-8)", () => {
  it.each([
    ["link_requested", {}, null],
    ["link_sent", {}, "authn_token_created"],
    ["link_withheld", { reason: "rate_limited" }, "excess_rate_limit_exceeded"],
    ["link_withheld", { reason: "disabled" }, "authn_login_fail"],
    ["link_withheld", { reason: "not_allowed" }, "authn_login_fail"],
    ["link_withheld", { reason: "already_signed_in" }, null],
    ["send_failed", {}, null],
    ["link_prefetched", {}, null],
    ["link_consumed", {}, "authn_login_success"],
    ["consume_failed", { reason: "used" }, "authn_token_reuse"],
    ["consume_failed", { reason: "superseded" }, "authn_token_reuse"],
    ["consume_failed", { reason: "expired" }, "authn_login_fail"],
    ["consume_failed", { reason: "wrong_code" }, "authn_login_fail"],
    ["user_created", {}, "user_created"],
    ["provider_used", {}, null],
    ["session_created", {}, "session_created"],
    ["session_revoked", { reason: "signed_out" }, "session_expired"],
    ["rate_limited", {}, "excess_rate_limit_exceeded"],
    ["links_revoked", {}, "authn_token_revoked"],
    ["user_disabled", {}, "user_updated"],
    ["user_enabled", {}, "user_updated"],
    ["user_erased", {}, "user_deleted"],
    ["admin_action", {}, "authz_admin"],
    ["checkpoint_signed", {}, null],
    ["shop.order_placed", {}, null],
  ])("for %s %j is %s", (type, detail, word) => {
    expect(owaspEvent({ type, detail })).toBe(word)
  })
})
