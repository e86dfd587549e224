/** The sign-in page, keeping where the person was going. */
export function signInHref(next: string | null): string {
  // Half a surrogate pair can't be encoded; it becomes U+FFFD.
  return next === null ? "/auth/sign-in" : `/auth/sign-in?next=${encodeURIComponent(next.toWellFormed())}`
}
