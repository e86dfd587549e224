import { createAddressFilter, createClientAddress } from "../http/client-address.ts"
import type { Incoming } from "../http/incoming.ts"
import type { PlainOptions } from "./server-config.ts"

/** Says who may read the metrics: they tell how busy a site is and how its sign-ins go (OPS-8). */
export type MetricsGuard = (incoming: Incoming) => boolean

const FORWARDING_HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"]

export function createMetricsGuard(allowed: readonly string[], options: PlainOptions): MetricsGuard {
  const clientAddress = createClientAddress(options.trustedProxies ?? [])
  const isAllowed = createAddressFilter(allowed)
  return (incoming) => {
    const { remoteAddress: peer } = incoming
    const forwardedFor = incoming.header("x-forwarded-for")
    const isForwarded = FORWARDING_HEADERS.some((name) => incoming.header(name) !== null)
    // A proxy on this machine that nobody named would make the whole world look like 127.0.0.1.
    if (isForwarded && (forwardedFor === null || !clientAddress.isTrustedProxy(peer))) return false
    return isAllowed(clientAddress.read(peer, forwardedFor))
  }
}
