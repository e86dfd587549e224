/**
 * One request in plain values, as a mount hands it in. Neither `Request` nor `Headers` are built on the way: they cost
 * more than a session check (decisions/016).
 */
export interface Incoming {
  readonly method: string
  /** Path and query as they were sent, from the first slash: `/auth/sign-in?next=/orders`. */
  readonly target: string
  /** The address at the other end of the socket, if it is known. */
  readonly remoteAddress: string | undefined
  /** A header by its name in lower case, several of one name joined by ", "; or null. */
  header(name: string): string | null
  /** The body, unless it is longer than `maxBytes` or the client hung up in the middle of it. Read once. */
  text(maxBytes: number): Promise<BodyText>
}

export type BodyText =
  | { readonly status: "read"; readonly text: string }
  | { readonly status: "too_large" | "hung_up" }
  /** Somebody in front of us read it and left nothing. */
  | { readonly status: "gone" }
