import { isIP, isIPv4 } from "node:net"
import ipaddr from "ipaddr.js"
import type { ConfigurationFault } from "../core/fault.ts"
import { trimBlanks } from "../core/trim-blanks.ts"

/** Finds out who is at the other end of a request, believing nobody but the peer and the trusted proxies (P9). */
export interface ClientAddress {
  /** What is wrong with the list of trusted proxies. */
  readonly faults: readonly ConfigurationFault[]
  /** The client's address in canonical text, or null where the peer is unknown. */
  read(peer: string | undefined, xForwardedFor: string | null): string | null
  /** Whether the other end of the socket is one of the trusted proxies itself. */
  isTrustedProxy(peer: string | undefined): boolean
}

type Range = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

const MAX_ELEMENTS = 32

/** Trusted proxies are addresses or CIDR ranges. X-Forwarded-For is the only header that is ever looked at. */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const { faults, ranges } = readRanges(trustedProxies)
  const addressOf = (peer: string | undefined) => (peer === undefined ? null : canonicalIp(withoutZone(peer)))
  return {
    faults,
    read(peer, xForwardedFor) {
      const address = addressOf(peer)
      if (address === null || xForwardedFor === null || !isTrusted(address, ranges)) return address
      return walk(address, xForwardedFor, ranges)
    },
    isTrustedProxy(peer) {
      const address = addressOf(peer)
      return address !== null && isTrusted(address, ranges)
    },
  }
}

/** Whether an address is one of a list of addresses and CIDR ranges. What can't be read in the list holds nobody. */
export function createAddressFilter(list: readonly string[]): (address: string | null) => boolean {
  const { ranges } = readRanges(list)
  return (text) => {
    const address = text === null ? null : canonicalIp(withoutZone(text))
    return address !== null && isTrusted(address, ranges)
  }
}

function readRanges(list: readonly string[]): { faults: ConfigurationFault[]; ranges: Range[] } {
  const faults: ConfigurationFault[] = []
  const ranges: Range[] = []
  for (const text of list) {
    const range = parseRange(text.trim())
    if (range === null) faults.push(unreadable(text))
    else if (range[1] === 0) faults.push(tooWide(text))
    else ranges.push(range)
  }
  return { faults, ranges }
}

/** What a limit counts a client by: one household holds a whole /64 of IPv6, so that counts as one. */
export function limitSubject(ip: string | null): string {
  const address = ip === null ? null : canonicalIp(withoutZone(ip))
  if (address === null) return "unknown"
  if (isIPv4(address)) return address
  return `${new ipaddr.IPv6([...ipaddr.IPv6.parse(address).parts.slice(0, 4), 0, 0, 0, 0])}/64`
}

function unreadable(text: string): ConfigurationFault {
  const problem = `"${text}" is neither an address nor a CIDR range.`
  return { setting: "trustedProxies", problem, cure: "Give your own proxies, as 10.0.0.0/8 or 2001:db8::1." }
}

function tooWide(text: string): ConfigurationFault {
  const problem = `"${text}" trusts everybody, so anybody could choose the address that they are counted by.`
  return { setting: "trustedProxies", problem, cure: "Give the addresses of your own proxies only." }
}

/**
 * From the right, because each proxy appends whom it heard: everything left of the first untrusted address is what that
 * client chose to write. What can't be read was written by no proxy of ours, so the last one that could be is believed.
 */
function walk(peer: string, list: string, ranges: readonly Range[]): string {
  let client = peer
  let end = list.length
  for (let looked = 0; looked < MAX_ELEMENTS; looked += 1) {
    const comma = end === 0 ? -1 : list.lastIndexOf(",", end - 1)
    const address = canonicalIp(withoutPort(list.slice(comma + 1, end)))
    if (address === null) return client
    client = address
    if (comma === -1 || !isTrusted(address, ranges)) return client
    end = comma
  }
  return client
}

function isTrusted(address: string, ranges: readonly Range[]): boolean {
  if (ranges.length === 0) return false
  const ip = ipaddr.parse(address)
  return ranges.some(([range, bits]) => ip.kind() === range.kind() && ip.match(range, bits))
}

function parseRange(text: string): Range | null {
  const [base = "", bits, ...rest] = text.split("/")
  const address = canonicalIp(base)
  if (address === null || rest.length > 0) return null
  const ip = ipaddr.parse(address)
  const width = ip.kind() === "ipv4" ? 32 : 128
  if (bits === undefined) return [ip, width]
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8: mapped addresses are matched as the IPv4 addresses that they are.
  const length = /^[0-9]{1,3}$/.test(bits) ? Number(bits) - (width === 32 && base.includes(":") ? 96 : 0) : -1
  return length >= 0 && length <= width ? [ip, length] : null
}

/** IPv4 in dotted decimals, also where it was mapped into IPv6; IPv6 as RFC 5952 writes it. Null for all else. */
function canonicalIp(text: string): string | null {
  // Node is the judge, as ipaddr.js also takes octal, hexadecimal and short forms (010.1, 0x7f.1).
  const kind = isIP(text)
  if (kind === 4) return text
  // What a server that listens on both families says of every IPv4 client, so it is worth a short cut.
  if (text.startsWith("::ffff:") && isIPv4(text.slice(7))) return text.slice(7)
  // ipaddr.js reads the deprecated ::1.2.3.4 as ::ffff:1.2.3.4, which would make two addresses one.
  if (kind !== 6 || text.includes("%") || /^::[0-9]+\./.test(text)) return null
  const ip = ipaddr.IPv6.parse(text)
  return ip.isIPv4MappedAddress() ? ip.toIPv4Address().toString() : ip.toRFC5952String()
}

// The zone of fe80::1%eth0 names a network card of this machine: it says nothing about the client.
function withoutZone(text: string): string {
  const percent = text.indexOf("%")
  return percent === -1 ? text : text.slice(0, percent)
}

/** Some proxies write the client's port as well: `192.0.2.1:5000`, `[2001:db8::1]:5000`. */
function withoutPort(element: string): string {
  const text = trimBlanks(element)
  const bracketed = /^\[([0-9a-fA-F:.]+)\](?::[0-9]{1,5})?$/.exec(text)?.[1]
  if (bracketed !== undefined) return bracketed.includes(":") ? bracketed : ""
  return /^([0-9.]+):[0-9]{1,5}$/.exec(text)?.[1] ?? text
}
