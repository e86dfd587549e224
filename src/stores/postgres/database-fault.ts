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

/** Whoever only asks may do so again at once: nothing was waited for. After a time-out, the next one would take as long. */
export function isWorthAnotherLook(cause: unknown): boolean {
  const isLate = cause instanceof Error && /timeout|ETIMEDOUT/i.test(cause.message)
  return isWorthAnotherTry(cause) || (isLostConnection(cause) && !isLate)
}

/**
 * One decision brought something that no row can hold, or that is there already (classes 21 to 23 and 54): nothing was done, and its neighbours
 * may well succeed without it. A server that is full, stopping or too slow will say the same again.
 */
export function isFaultOfOne(cause: unknown): boolean {
  return /^(2[123]|54)/.test(codeOf(cause))
}

function codeOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { code?: unknown }
  return typeof code === "string" ? code : ""
}
