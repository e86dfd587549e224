/** One thing that is wrong with the environment, and its cure. */
export interface SettingFault {
  /** The variable as it is set: `PORT`, `RESEND_API_KEY_FILE`. */
  readonly variable: string
  /** A sentence without the value of a secret. */
  readonly problem: string
  readonly cure: string
}

/** Collects faults, so that all of them are told at once. */
export interface FaultList {
  readonly faults: readonly SettingFault[]
  add(variable: string, problem: string, cure: string): void
  has(variable: string): boolean
}

export function createFaultList(): FaultList {
  const faults: SettingFault[] = []
  const has = (variable: string) =>
    faults.some((fault) => fault.variable === variable || fault.variable === `${variable}_FILE`)
  return { faults, has, add: (variable, problem, cure) => void faults.push({ variable, problem, cure }) }
}
