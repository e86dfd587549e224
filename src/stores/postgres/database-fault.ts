// SQLSTATEs (PostgreSQL manual, appendix A): serialization_failure, deadlock_detected. The transaction is undone, and another
// try may well succeed.
const UNDONE = new Set(["40001", "40P01"])
const LOST_CLASSES = ["08", "57P", "58"]
const LOST_WORDS = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENOENT)/
// pg gives no code where a connection ends under a query.
const LOST_MESSAGE = /connection (terminated|ended|error)|not queryable|timeout exceeded when trying to connect/i

/** The decision was undone because of others beside it. */
export function isWorthAnotherTry(cause: unknown): boolean {
  return UNDONE.has(codeOf(cause))
}

/** Whether a decision was done is not known, or it never arrived. */
export function isLostConnection(cause: unknown): boolean {
  const code = codeOf(cause)
  if (LOST_WORDS.test(code) || LOST_CLASSES.some((lost) => code.startsWith(lost))) return true
  return code === "" && cause instanceof Error && LOST_MESSAGE.test(cause.message)
}

/** The server answered that it refused a statement: nothing of it was done. */
export function isRefusedStatement(cause: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(codeOf(cause)) && !isLostConnection(cause)
}

function codeOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { code?: unknown }
  return typeof code === "string" ? code : ""
}
