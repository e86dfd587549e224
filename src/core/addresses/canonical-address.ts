import { domainToASCII, domainToUnicode } from "node:url"
import type { Branded } from "../brand.ts"
import { trimBlanks } from "../trim-blanks.ts"

/** A mail address in the one form that identity, limits, lists and mail all use: `ada@xn--bcher-kva.example`. */
export type Address = Branded<"Address">

export type AddressOutcome =
  | { readonly status: "valid"; readonly address: Address }
  | { readonly status: "empty" }
  | { readonly status: "invalid" }

const MAX_LOCAL = 64 // RFC 5321 §4.5.3.1.1
const MAX_ADDRESS = 254 // RFC 5321 §4.5.3.1.3, less the angle brackets
const LOCAL_SHAPE = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/ // dot-atom, RFC 5322 §3.2.3
const LABEL_SHAPE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/ // RFC 1035 §2.3.1
const NON_ASCII = /\P{ASCII}/gu

/**
 * The canonical form of what a person typed: spaces around it go, ASCII letters become lower case and the domain
 * becomes A-labels. Then, and only then, it is checked (CWE-180). Dots and plus signs stay: they are the mailbox
 * owner's. Anything that could become two recipients, a header or another person's address is invalid.
 */
export function canonicalAddress(text: string): AddressOutcome {
  const trimmed = trimBlanks(text.slice(0, 1_000))
  if (trimmed === "") return { status: "empty" }
  const at = trimmed.indexOf("@")
  const local = lowerAscii(trimmed.slice(0, Math.max(at, 0)))
  const domain = canonicalDomain(trimmed.slice(at + 1))
  if (local.length > MAX_LOCAL || !LOCAL_SHAPE.test(local) || domain === null) return { status: "invalid" }
  const address = `${local}@${domain}`
  if (text.length > 1_000 || address.length > MAX_ADDRESS) return { status: "invalid" }
  return { status: "valid", address: address as Address }
}

/** A domain as A-labels in lower case, or null where it isn't a public host name in one spelling. */
export function canonicalDomain(text: string): string | null {
  if (text.match(NON_ASCII)?.some(becomesAscii)) return null
  const lower = text.toLowerCase().normalize("NFC")
  const ascii = domainToASCII(lower)
  const unicode = domainToUnicode(ascii)
  // Full-width letters, ligatures and soft hyphens map onto other names: only a name that maps onto itself is taken.
  if (lower !== unicode && lower !== ascii) return null
  const labels = ascii.split(".")
  const isHost = labels.length > 1 && ascii.length <= 253 && labels.every((label) => LABEL_SHAPE.test(label))
  // A last label of digits, or 0x-digits, is an IPv4 address to the URL parser (WHATWG URL §3.5).
  return isHost && !/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "") ? ascii : null
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

// The Kelvin sign lower-cases to a plain k, and so does its normal form: two spellings would become one person.
function becomesAscii(character: string): boolean {
  return character.toLowerCase().normalize("NFC").charCodeAt(0) < 0x80
}
