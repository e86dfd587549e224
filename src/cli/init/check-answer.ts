import { readEnvironment } from "../../server/environment.ts"
import type { Environment } from "../../server/read-variables.ts"
import type { SettingFault } from "../../server/setting-fault.ts"

// Stands where the real one will: only its shape matters here.
const SECRET = "0123456789abcdefghijklmnopqrstuvwxyz"

/** What is wrong with settings, by the server's own rules; nothing is made. */
export function checkSettings(env: Environment): readonly SettingFault[] {
  const settings = { LINKLATCH_SECRET: SECRET, ...env }
  const outcome = readEnvironment(settings, { command: "dev", directory: ".", isOnlyLooking: true })
  return outcome.status === "faulty" ? outcome.faults : []
}

/** What is wrong with one answer, in words for whoever gave it; undefined where nothing is. */
export function checkAnswer(name: string, value: string): string | undefined {
  const fault = checkSettings({ [name]: value }).find(({ variable }) => variable === name)
  return fault === undefined ? undefined : `${fault.problem} ${fault.cure}`
}
