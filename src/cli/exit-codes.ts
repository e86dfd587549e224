/** What a script can tell an outcome by. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  /** The command itself was written wrong. */
  usage: 2,
  /** It was looked through to its end, and something in it is wrong. */
  findings: 3,
  /** EX_TEMPFAIL of sysexits.h: done, but for a rest that the message says how to do. */
  incomplete: 75,
  /** EX_CONFIG of sysexits.h: nothing helps until the settings are mended. */
  configuration: 78,
} as const
