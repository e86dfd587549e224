import { describe, expect, it } from "vitest"
import { smtpFailure } from "./smtp-failure.ts"

describe("smtpFailure", () => {
  it.each([
    [{ code: "EENVELOPE", responseCode: 550, command: "RCPT TO" }, true, "smtp_550"],
    [{ code: "EENVELOPE", responseCode: 553, command: "MAIL FROM" }, true, "smtp_553"],
    [{ code: "EMESSAGE", responseCode: 552, command: "DATA" }, true, "smtp_552"],
    [{ code: "EENVELOPE", responseCode: 450, command: "RCPT TO" }, false, "smtp_450"],
    [{ code: "EENVELOPE", responseCode: 503, command: "DATA" }, false, "smtp_503"],
    [{ code: "EENVELOPE", responseCode: 530, command: "MAIL FROM" }, false, "smtp_auth"],
    [{ code: "EAUTH", responseCode: 535, command: "AUTH PLAIN" }, false, "smtp_auth"],
    [{ code: "EPROTOCOL", responseCode: 554, command: "CONN" }, false, "smtp_554"],
    [{ code: "ETLS", responseCode: 502, command: "STARTTLS" }, false, "smtp_tls"],
    [{ code: "ESOCKET", originalCode: "DEPTH_ZERO_SELF_SIGNED_CERT" }, false, "smtp_tls"],
    [{ code: "ESOCKET", originalCode: "CERT_HAS_EXPIRED" }, false, "smtp_tls"],
    [{ code: "ESOCKET", originalCode: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, false, "smtp_tls"],
    [{ code: "ESOCKET", originalCode: "ERR_SSL_WRONG_VERSION_NUMBER" }, false, "smtp_tls"],
    [{ code: "ESOCKET", originalCode: "ECONNREFUSED" }, false, "connection"],
    [{ code: "ECONNECTION" }, false, "connection"],
    [{ code: "EDNS", originalCode: "ENOTFOUND" }, false, "dns"],
    [{ code: "ETIMEDOUT" }, false, "timeout"],
    [{ code: "EABORT" }, false, "timeout"],
    [{ code: "EPROTOCOL", responseCode: 220 }, false, "connection"],
    [new Error("ada@example.com"), false, "unknown"],
    [undefined, false, "unknown"],
  ])("sorts %j (EML-10)", (error, isPermanent, reason) => {
    expect(smtpFailure(error)).toEqual({ status: "failed", isPermanent, reason })
  })
})
