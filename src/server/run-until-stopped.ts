import { SECOND } from "../core/clock.ts"
import type { ServerLog } from "./log.ts"
import type { RunningServer } from "./server.ts"

/** In milliseconds. Whoever supervises the process waits longer (examples/compose, examples/kubernetes). */
export const STOP_WITHIN = 9.5 * SECOND

export type Stoppable = Pick<RunningServer, "stop" | "waitingFor">

/**
 * Resolves with the exit code when the server was told to stop and has stopped: 0 after SIGTERM or SIGINT, 1 after a
 * crash or when something hung. A second signal ends the process at once.
 */
export function runUntilStopped(running: Stoppable, log: ServerLog): Promise<number> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = async (why: string, exitCode: number): Promise<void> => {
      if (isStopping) process.exit(1)
      isStopping = true
      log.info("stopping", { why })
      const outcome = await Promise.race([stopServer(running, log), timeout(STOP_WITHIN)])
      if (outcome === "hung") log.error("stop_hung", { waitingFor: running.waitingFor() })
      if (outcome === "stopped") log.info("stopped")
      resolve(outcome === "stopped" ? exitCode : 1)
    }
    process.on("SIGTERM", () => void stop("SIGTERM", 0))
    process.on("SIGINT", () => void stop("SIGINT", 0))
    // One promise that nobody awaited is a defect of one request: the others needn't suffer for it (OPS-4).
    process.on("unhandledRejection", (reason) => log.error("unhandled_rejection", { error: reason }))
    // After a throw that nothing caught, nobody knows what is half done in memory. What was committed is safe, so
    // finish what can be finished and let the supervisor start anew.
    process.on("uncaughtException", (error) => {
      log.error("uncaught_exception", { error })
      void stop("uncaught_exception", 1)
    })
  })
}

async function stopServer(running: Stoppable, log: ServerLog): Promise<"stopped" | "failed"> {
  try {
    await running.stop()
    return "stopped"
  } catch (error) {
    log.error("stop_failed", { error, waitingFor: running.waitingFor() })
    return "failed"
  }
}

function timeout(milliseconds: number): Promise<"hung"> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds, "hung"))
}
