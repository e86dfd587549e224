const ENOUGH = 40

/** Lets everything that is under way in this process have its turn: a commit waits for one, a mail for a handful. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < ENOUGH; turn++) await new Promise(setImmediate)
}
