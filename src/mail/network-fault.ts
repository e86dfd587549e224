/** What kept us from talking to the other side at all. */
export type NetworkFault = "dns" | "tls" | "connection"

const DNS_CODES = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EDNS"])
// What OpenSSL and node:tls say of a handshake or a certificate that isn't good.
const TLS_SHAPE = /^ERR_(?:TLS|SSL)_|CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|^CRL_|^HOSTNAME_MISMATCH$|^EPROTO$/

/** Sorts the code of a system error. */
export function networkFault(code: string): NetworkFault {
  if (DNS_CODES.has(code)) return "dns"
  return TLS_SHAPE.test(code) ? "tls" : "connection"
}
