import { type Address, canonicalAddress } from "../core/addresses/canonical-address.ts"
import { plainLine } from "../core/mail/plain-line.ts"

/** Who a message comes from. The name may be empty. */
export interface Sender {
  readonly name: string
  readonly address: Address
}

/** The sender in `login@example.com` or `Example <login@example.com>`, or null where it is neither. */
export function readSender(from: unknown): Sender | null {
  if (typeof from !== "string") return null
  const [, quoted, bare, bracketed] = /^\s*(?:"([^"<>\\]*)"|([^"<>\\]*?))\s*<([^<>]+)>\s*$/.exec(from) ?? []
  const name = quoted ?? bare ?? ""
  const outcome = canonicalAddress(bracketed ?? from)
  // A name that changes when it is cleaned has a line break or worse in it.
  if (outcome.status !== "valid" || plainLine(name, 100) !== name.trim()) return null
  return { name: name.trim(), address: outcome.address }
}

/** The sender as the `From` of RFC 5322 §3.4, the name quoted where a mark in it would mean something. */
export function formatSender({ name, address }: Sender): string {
  if (name === "") return address
  return /^[\p{L}\p{M}\p{N} -]+$/u.test(name) ? `${name} <${address}>` : `"${name}" <${address}>`
}

/** The type says that an address is canonical; this makes sure before it becomes an envelope (EML-2). */
export function isOneMailbox(to: Address): boolean {
  const outcome = canonicalAddress(to)
  return outcome.status === "valid" && outcome.address === to
}
