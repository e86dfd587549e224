export interface SecurityHeaderOptions {
  readonly isHttps: boolean
  /** Other origins that `next` may lead to. */
  readonly allowedOrigins: readonly string[]
  /** `no-referrer` for pages that carry a token in their address. */
  readonly referrerPolicy: "same-origin" | "no-referrer"
}

const TWO_YEARS_SECONDS = 63_072_000
const VARY = "Cookie, Accept-Language, Sec-Fetch-Site, Origin"

const UNUSED_FEATURES = [
  "accelerometer",
  "autoplay",
  "browsing-topics",
  "camera",
  "display-capture",
  "encrypted-media",
  "fullscreen",
  "geolocation",
  "gyroscope",
  "hid",
  "idle-detection",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "picture-in-picture",
  "screen-wake-lock",
  "serial",
  "usb",
  "xr-spatial-tracking",
]

/** The headers of every page, to be built once. All of them may differ by cookie and none may be kept. */
export function securityHeaders(options: SecurityHeaderOptions): Readonly<Record<string, string>> {
  return Object.freeze({
    "Content-Security-Policy": contentSecurityPolicy(options.allowedOrigins),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": UNUSED_FEATURES.map((feature) => `${feature}=()`).join(", "),
    "Referrer-Policy": options.referrerPolicy,
    "Cache-Control": "no-store",
    Vary: VARY,
    ...strictTransport(options.isHttps),
  })
}

/** The headers of an answer of the JSON API, which is no document: nothing in it is shown, run or kept. */
export function apiHeaders(options: Pick<SecurityHeaderOptions, "isHttps">): Readonly<Record<string, string>> {
  return Object.freeze({
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    Vary: VARY,
    ...strictTransport(options.isHttps),
  })
}

// Browsers ignore it over http, and a development server must not claim localhost.
function strictTransport(isHttps: boolean): Record<string, string> {
  return isHttps ? { "Strict-Transport-Security": `max-age=${TWO_YEARS_SECONDS}; includeSubDomains` } : {}
}

function contentSecurityPolicy(allowedOrigins: readonly string[]): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    // Chromium applies form-action to where a form's answer redirects, so `next` must be in it too.
    ["form-action 'self'", ...new Set(allowedOrigins)].join(" "),
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join("; ")
}
