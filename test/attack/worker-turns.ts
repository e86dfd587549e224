import { turns } from "./turns.ts"

// The worker looks up to 45 ms after a request, at a moment of its own choice.
const WORKER_MS = 50

/** Lets the mail worker wake and do what there is to do. */
export async function workerTurns(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, WORKER_MS))
  await turns()
}
