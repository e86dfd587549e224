const tasks: (() => Promise<void>)[] = []

/** Has something done when the file of tests that runs now is over, from within a test too. */
export function afterFile(task: () => Promise<void>): void {
  tasks.push(task)
}

/** Called by `test/leave-nothing.ts`. */
export async function runAfterFile(): Promise<void> {
  for (const task of tasks.splice(0)) await task()
}
