/** What is left of deleted rows in the files of a database: bytes that no query finds, and whoever has the files does. */
export type Wiped =
  /** Nothing. `rewritten`: it took writing everything anew. */
  | { readonly status: "clean"; readonly rewritten: boolean }
  /** Copies are left, or may be, in parts that nothing uses. To write everything anew does away with them, and takes this many bytes. */
  | { readonly status: "left"; readonly bytes: number }
  /** Somebody else held it for longer than one waits. */
  | { readonly status: "busy" }
  /** This role may not. What to run, as one that may. */
  | { readonly status: "not_allowed"; readonly statement: string }

export interface Wiping {
  /** By which copies are known; see erasure-store.ts. */
  readonly marks: readonly Uint8Array[]
  /** Write everything anew: always, never, or only where it is small and some copy is left. */
  readonly rewrite: "always" | "never" | "if_small"
}

/** What is written anew in a second or two, for which others wait. */
export const SMALL_BYTES = 64 * 1024 * 1024
