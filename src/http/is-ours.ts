/** What every mount takes beside `auth`. */
export interface MountOptions {
  /** Also take `/admin` and what is below it. Default false: many sites have a page of that name. */
  readonly admin?: boolean | undefined
}

/**
 * Whether a target is for Linklatch, and not for the application that it is mounted in. As it was sent, byte for byte:
 * `/AUTH`, `/%61uth` and `/authors` are the application's.
 */
export function isOurs(target: string, { admin = false }: MountOptions): boolean {
  return isAtOrBelow("/auth", target) || (admin && isAtOrBelow("/admin", target))
}

function isAtOrBelow(path: string, target: string): boolean {
  if (!target.startsWith(path)) return false
  const after = target.charAt(path.length)
  return after === "" || after === "/" || after === "?"
}
