/** One answer in plain values, as a mount sends it out. */
export interface Answer {
  readonly status: number
  /** Each name once; a list where a header is sent several times, as Set-Cookie may be. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Left out by whoever sends it where the method was HEAD. */
  readonly body: string | Uint8Array<ArrayBuffer> | null
}
