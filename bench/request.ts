import type { Reply } from "./reply.ts"
import { origin } from "./sites/settings.ts"

const HOST = new URL(origin).host
// What every request of a browser brings along, and what the proxy before the site adds.
const BROWSER =
  `Host: ${HOST}\r\nX-Forwarded-Proto: https\r\nAccept: text/html,application/json;q=0.9\r\nAccept-Language: en\r\n` +
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\nSec-Fetch-Site: same-origin\r\n"

/** A POST as the site's own page sends it. */
export function post(path: string, body: URLSearchParams | object, sender: { ip: string; cookies: string }): Buffer {
  const isForm = body instanceof URLSearchParams
  const text = isForm ? body.toString() : JSON.stringify(body)
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json"
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${BROWSER}Origin: ${origin}\r\n${from(sender)}` +
      `Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}

export function get(path: string, sender: { ip: string; cookies: string }): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${BROWSER}${from(sender)}\r\n`)
}

/** A `Cookie` header's worth of what a browser holds after this answer: what it had, with what was set and taken back. */
export function keepCookies(reply: Reply, before = ""): string {
  const jar = new Map<string, string>()
  for (const pair of before.split("; ")) {
    const [name = "", ...value] = pair.split("=")
    if (name !== "") jar.set(name, value.join("="))
  }
  for (const [, name = "", value = ""] of reply.text.matchAll(/\r\nset-cookie: ([^=;\r]+)=([^;\r]*)/gi)) {
    if (value === "") jar.delete(name)
    else jar.set(name, value)
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
}

/** Throws unless the answer has this status and, where given, this text somewhere in it. */
export function expectReply(reply: Reply, status: number, text: string | RegExp = ""): void {
  const isThere = typeof text === "string" ? reply.text.includes(text) : text.test(reply.text)
  if (reply.status === status && isThere) return
  throw new Error(`Expected ${status}${text === "" ? "" : ` with ${String(text)}`}, got: ${reply.text.slice(0, 600)}`)
}

function from({ ip, cookies }: { ip: string; cookies: string }): string {
  return `X-Forwarded-For: ${ip}\r\n${cookies === "" ? "" : `Cookie: ${cookies}\r\n`}`
}
