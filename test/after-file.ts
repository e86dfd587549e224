const tasks: (() => Promise<void>)[] = []

/** Has something done when the file of tests that runs now is over, from within a test too. */
export function afterFile(task: () => Promise<void>): void {
  tasks.push(task)
}

/** Called by `test/leave-nothing.ts`. */
export async function runAfterFile(): Promise<void> {
  const faults: unknown[] = []
  for (const task of tasks.splice(0)) await task().catch((fault: unknown) => faults.push(fault))
  if (faults.length > 0) throw faults[0]
}
