import { LinklatchError } from "../core/fault.ts"

/** The next checkpoint is a new try: whoever gives checkpoints to outlets sees to that. */
export function outletFailed(message: string, cause?: unknown): LinklatchError {
  return new LinklatchError("outlet_failed", message, { cause })
}

/** For options that no outlet can be made from. */
export function badOutlet(setting: string, problem: string, cure: string): LinklatchError {
  const faults = [{ setting, problem, cure }]
  return new LinklatchError("invalid_configuration", `${setting}: ${problem} ${cure}`, { faults })
}
