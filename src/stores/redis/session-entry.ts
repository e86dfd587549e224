import { timingSafeEqual } from "node:crypto"
import { hmacSha256 } from "../../core/hmac.ts"
import type { SignedIn } from "../../core/store.ts"

/** What the database said, and when Redis was asked before it, by Redis's clock. */
export interface SessionEntry {
  readonly signedIn: SignedIn
  readonly askedAt: number
}

const SHAPE = /^([\w-]{43})\.((\d+)\.(.*))$/s

/** Signs time and content together with whose they are: who can write to Redis makes none, moves none and makes none younger. */
export function writeEntry({ signedIn, askedAt }: SessionEntry, tokenHash: string, secret: string): string {
  const content = `${askedAt}.${JSON.stringify(signedIn)}`
  return `${signatureOf(content, tokenHash, secret)}.${content}`
}

/** Null for whatever isn't an entry of ours for this token. */
export function readEntry(text: string, tokenHash: string, secrets: readonly string[]): SessionEntry | null {
  const [, signature, content, askedAt, json] = SHAPE.exec(text) ?? []
  if (signature === undefined || content === undefined || json === undefined) return null
  const isOurs = secrets.some((secret) => isEqual(signature, signatureOf(content, tokenHash, secret)))
  return isOurs ? { signedIn: JSON.parse(json) as SignedIn, askedAt: Number(askedAt) } : null
}

function signatureOf(content: string, tokenHash: string, secret: string): string {
  return hmacSha256(secret, `linklatch cached session\n${tokenHash}\n${content}`)
}

function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
