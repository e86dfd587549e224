import { SECOND } from "../core/clock.ts"

/** When to offer another message. A mail needs a moment; whoever presses at once only spends the allowance of three an hour. */
export const RESEND_AFTER = 30 * SECOND
