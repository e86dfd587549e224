import type { User } from "../core/users/user.ts"

/** What a proxy copies onto the request for the application behind it. */
export type RemoteHeaders = Readonly<
  Record<"Remote-User" | "Remote-Email" | "Remote-Name" | "Remote-Groups" | "Remote-Jwt", string>
>

/** All of them are always there, as some proxies let through what a client sent where the answer has no such header. */
export const nobody: RemoteHeaders = {
  "Remote-User": "",
  "Remote-Email": "",
  "Remote-Name": "",
  "Remote-Groups": "",
  "Remote-Jwt": "",
}

/** Ids and addresses are plain ASCII as they are; `groups` are our own words. `jwt`: empty where nobody asked for it. */
export function remoteHeaders(
  { id, email, displayName }: User,
  { groups, jwt }: { readonly groups: readonly string[]; readonly jwt: string },
): RemoteHeaders {
  return {
    "Remote-User": id,
    "Remote-Email": email,
    "Remote-Name": headerText(displayName),
    "Remote-Groups": groups.join(","),
    "Remote-Jwt": jwt,
  }
}

// Blanks at the ends would be trimmed on the way (RFC 9110 §5.5).
const UNSAFE = /%|[^\x20-\x7e]+|^ +| +$/gu

/**
 * Any text as a header's value: printable ASCII stays as it is, all else and the percent sign become percent-encoded
 * UTF-8. `decodeURIComponent` gives the text back, as `urllib.parse.unquote` and `rawurldecode` do. Bytes above ASCII
 * have no meaning of their own in a header (RFC 9110 §5.5), and servers refuse or garble them.
 */
export function headerText(text: string): string {
  return text.toWellFormed().replace(UNSAFE, encodeURIComponent)
}
