import { ORIGIN } from "../app.ts"

export const APP_ORIGIN = "https://app.example.com"

/** Texts that lead away from our origins, or somewhere of ours where nobody wants to land. */
export const REFUSED_NEXT = [
  ..."//evil.example ///evil.example ////evil.example/%2e%2e /\\evil.example \\/evil.example \\\\evil.example /\\/evil.example".split(
    " ",
  ),
  ..."https:evil.example https:/evil.example https:///evil.example https://evil.example http://evil.example".split(" "),
  ..."javascript:alert(1) JavaScript://login.example.com/%0aalert(1) data:text/html,x vbscript:x blob:x file:///etc".split(
    " ",
  ),
  ..."https://login.example.com@evil.example https://login.example.com:443@evil.example https://@login.example.com/".split(
    " ",
  ),
  ..."https://login.example.com.evil.example https://evillogin.example.com https://login.example.co".split(" "),
  ..."https://login.example.com:8443/ http://login.example.com/ https://login.example.com.".split(" "),
  ..."https://app.example.com.evil.example https://app.example.com@evil.example https://app.example.com:8443".split(
    " ",
  ),
  ..."http://app.example.com https://xapp.example.com https://x.app.example.com https://app.example.comx".split(" "),
  ..."https://app.example.com\\@evil.example https://app.example.com//evil.example https://app.example.com%2eevil.example".split(
    " ",
  ),
  ..."/%2fevil.example /%5cevil.example /%252fevil.example /%25252fevil.example /.//evil.example /..//evil.example".split(
    " ",
  ),
  ..."/a/..//evil.example /%2e%2e//evil.example /%09/evil.example /%0d%0aSet-Cookie:a=b /%00/evil.example".split(" "),
  ..."/%2f%2fevil.example /%ef%bc%8f/../..//evil.example //evil。example".split(" "),
  ..."//login.example.com //%65vil.example //1.1.1.1 //[::1]/ evil.example ./account ../account ?next=1 #top".split(
    " ",
  ),
  ..."/auth/link/token /auth/sign-out /AUTH/Sign-Out /auth/%6cink/token /auth//link/token".split(" "),
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r\n/evil.example",
  "\t//evil.example",
  " //evil.example",
  "java\tscript:alert(1)",
  "ht\ntps://evil.example",
  "\u00a0//evil.example",
  "/a\r\nLocation: https://evil.example",
  "https://ex\u0430mple.com",
  `/${"a".repeat(2_000)}`,
]

/** Texts that are taken, and what they become. */
export const TAKEN_NEXT: [next: string, location: string][] = [
  ["/admin", "/admin"],
  ["/search?q=//evil.example#a", "/search?q=//evil.example#a"],
  ["/a/../b", "/b"],
  [`${ORIGIN}/orders`, "/orders"],
  ["HTTPS://LOGIN.EXAMPLE.COM:443/orders", "/orders"],
  [APP_ORIGIN, `${APP_ORIGIN}/`],
  [`${APP_ORIGIN}/a?b#c`, `${APP_ORIGIN}/a?b#c`],
  ["/@evil.example", "/@evil.example"],
]
