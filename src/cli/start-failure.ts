import { LinklatchError } from "../core/fault.ts"
import { exitCodes } from "./exit-codes.ts"
import { explainFailure } from "./store-failure.ts"

/** Why the server couldn't start, in words, and the exit code for it. */
export function startFailure(error: unknown): { readonly problem: string; readonly exitCode: number } {
  if (error instanceof LinklatchError && error.code === "invalid_configuration") {
    const faults = error.faults.map(({ setting, problem, cure }) => `${setting}: ${problem} ${cure}`)
    return { problem: [error.message, ...faults].join("\n"), exitCode: exitCodes.configuration }
  }
  const code = error instanceof Error && "code" in error ? error.code : null
  if (code === "EADDRINUSE") return failed("Something listens on that port already. Stop it, or set PORT to another.")
  if (code === "EACCES") return failed("This user may not listen on that port. Set PORT to one above 1023.")
  if (code === "EADDRNOTAVAIL") return failed("HOST is no address of this machine. Set it to 127.0.0.1 or 0.0.0.0.")
  return failed(explainFailure(error))
}

function failed(problem: string): { problem: string; exitCode: number } {
  return { problem, exitCode: exitCodes.failed }
}
