import { describe, expect, it } from "vitest"
import { apiHeaders, type SecurityHeaderOptions, securityHeaders } from "./security-headers.ts"

const PRODUCTION: SecurityHeaderOptions = { isHttps: true, allowedOrigins: [], referrerPolicy: "same-origin" }

function policyOf(options: SecurityHeaderOptions): Record<string, string> {
  const policy = securityHeaders(options)["Content-Security-Policy"] ?? ""
  return Object.fromEntries(policy.split("; ").map((part) => [part.split(" ", 1)[0] ?? "", part.replace(/^\S+ /, "")]))
}

describe("the headers of every page", () => {
  it("allow nothing but our own style, script, requests and forms (HDR-2)", () => {
    expect(policyOf(PRODUCTION)).toEqual({
      "default-src": "'none'",
      "style-src": "'self'",
      "script-src": "'self'",
      "connect-src": "'self'",
      "img-src": "'self' data:",
      "form-action": "'self'",
      "base-uri": "'none'",
      "object-src": "'none'",
      "frame-ancestors": "'none'",
    })
  })

  it("let a form lead on to the allowed origins, each named once", () => {
    const allowedOrigins = ["https://app.example.com", "https://shop.example.com", "https://app.example.com"]
    const policy = policyOf({ ...PRODUCTION, allowedOrigins })
    expect(policy["form-action"]).toBe("'self' https://app.example.com https://shop.example.com")
    expect(policy["connect-src"]).toBe("'self'")
  })

  it("demand https for two years on https, and say nothing of it on http (HDR-1)", () => {
    expect(securityHeaders(PRODUCTION)["Strict-Transport-Security"]).toBe("max-age=63072000; includeSubDomains")
    expect(securityHeaders({ ...PRODUCTION, isHttps: false })).not.toHaveProperty("Strict-Transport-Security")
  })

  it("shut out sniffing, framing, foreign windows and features (HDR-3)", () => {
    const headers = securityHeaders(PRODUCTION)
    expect(headers).toMatchObject({
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
    })
    expect(headers["Permissions-Policy"]).toMatch(/^[a-z-]+=\(\)(?:, [a-z-]+=\(\))*$/)
    expect(headers["Permissions-Policy"]).toContain("camera=()")
  })

  it("carry the referrer policy that was asked for (HDR-4)", () => {
    expect(securityHeaders(PRODUCTION)["Referrer-Policy"]).toBe("same-origin")
    expect(securityHeaders({ ...PRODUCTION, referrerPolicy: "no-referrer" })["Referrer-Policy"]).toBe("no-referrer")
  })

  it("keep pages out of every cache and name what they depend on (COO-5, CSR-6)", () => {
    expect(securityHeaders(PRODUCTION)).toMatchObject({
      "Cache-Control": "no-store",
      Vary: "Cookie, Accept-Language, Sec-Fetch-Site, Origin",
    })
  })

  it("can't be changed by whoever holds them, as all answers share them", () => {
    expect(Object.isFrozen(securityHeaders(PRODUCTION))).toBe(true)
  })

  it("are all well-formed", () => {
    for (const [name, value] of new Headers(securityHeaders(PRODUCTION))) expect(value, name).toMatch(/^[\x20-\x7e]+$/)
  })
})

describe("the headers of the API", () => {
  it("let nothing be shown, framed, sniffed, kept or read by another site (HDR-1, HDR-3, COO-5, CSR-6)", () => {
    expect(apiHeaders({ isHttps: true })).toEqual({
      "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "no-store",
      Vary: "Cookie, Accept-Language, Sec-Fetch-Site, Origin",
      "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    })
    expect(Object.isFrozen(apiHeaders({ isHttps: true }))).toBe(true)
    expect(apiHeaders({ isHttps: false })).not.toHaveProperty("Strict-Transport-Security")
  })
})
