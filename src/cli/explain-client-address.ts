import { createAddressFilter, createClientAddress, limitSubject } from "../http/client-address.ts"

export interface ExplainedClientAddress {
  readonly peer: string
  readonly xForwardedFor: string | null
  /** Null where the peer is no address. */
  readonly clientAddress: string | null
  /** What limits count this client by. */
  readonly limitSubject: string
  readonly because: string
}

/** Which client the server would see behind a connection, and why. */
export function explainClientAddress(
  trustedProxies: readonly string[],
  peer: string,
  xForwardedFor: string | null,
): ExplainedClientAddress {
  const clientAddress = createClientAddress(trustedProxies).read(peer, xForwardedFor)
  const isTrustedProxy = createAddressFilter(trustedProxies)
  return { peer, xForwardedFor, clientAddress, limitSubject: limitSubject(clientAddress), because: explain() }

  function explain(): string {
    if (clientAddress === null) return "The peer is no address, so the client is unknown."
    if (xForwardedFor === null) return "There is no X-Forwarded-For, so the peer itself is the client."
    if (!isTrustedProxy(peer)) return "The peer is none of TRUSTED_PROXIES, so its X-Forwarded-For isn't believed."
    if (isTrustedProxy(clientAddress))
      return "X-Forwarded-For names no client that can be read: the last trusted proxy counts."
    return "It is the first address from the right that is none of TRUSTED_PROXIES."
  }
}
