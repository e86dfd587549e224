/** Why nothing is signed: what is in the database doesn't follow from what was signed before. */
export interface SealingRefusal {
  readonly code:
    | "unknown_signature"
    | "tree_changed"
    | "tree_shortened"
    | "events_changed"
    | "outside_is_ahead"
    | "outside_differs"
  /** What to do, in a sentence or two. */
  readonly message: string
}

export class SealingRefused extends Error {
  override readonly name = "SealingRefused"
  readonly code: SealingRefusal["code"]

  constructor({ code, message }: SealingRefusal) {
    super(message)
    this.code = code
  }
}

const LOOK = "Run `linklatch audit verify` to see what was changed."
const RESTORED =
  "If a backup was restored, give the log a new name (AUDIT_ORIGIN) and keep the old checkpoints as evidence."

export const refusals = {
  unknownSignature: (size: number): SealingRefusal => ({
    code: "unknown_signature",
    message: `The checkpoint at ${size} events was signed with a key that isn't here. Put the old key behind the new one in AUDIT_KEY.`,
  }),
  treeChanged: (size: number): SealingRefusal => ({
    code: "tree_changed",
    message: `The tree over the first ${size} events isn't the one that was signed. ${LOOK}`,
  }),
  treeIncomplete: (problem: string): SealingRefusal => ({
    code: "tree_changed",
    message: `The tree can't be read: ${problem} ${LOOK}`,
  }),
  treeShortened: (size: number, signed: number): SealingRefusal => ({
    code: "tree_shortened",
    message: `The log has ${size} events, and ${signed} were signed. ${RESTORED}`,
  }),
  eventsChanged: (index: number): SealingRefusal => ({
    code: "events_changed",
    message: `Event ${index} isn't the one that was sealed. ${LOOK}`,
  }),
  outsideIsAhead: (name: string, size: number, known: number): SealingRefusal => ({
    code: "outside_is_ahead",
    message: `The ${name} knows ${known} events, and the log has ${size}. ${RESTORED}`,
  }),
  outsideDiffers: (name: string, size: number): SealingRefusal => ({
    code: "outside_differs",
    message: `The ${name} has another checkpoint of ${size} events. ${LOOK}`,
  }),
}
