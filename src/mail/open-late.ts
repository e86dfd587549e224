/** Something that is opened when it is first needed. */
export interface Late<Thing> {
  get(): Promise<Thing>
  /** The same, if anybody has asked for it. */
  whereOpen(): Promise<Thing> | null
}

/** Opens it once. A try that failed is forgotten, so that the next call tries again. */
export function openLate<Thing>(open: () => Promise<Thing>): Late<Thing> {
  let opening: Promise<Thing> | null = null
  return {
    get() {
      opening ??= open().catch((error: unknown) => {
        opening = null
        throw error
      })
      return opening
    },
    whereOpen: () => opening,
  }
}
