import type { SettingState } from "../server/setting-states.ts"

const NAME_WIDTH = 21

/** One setting for people: `PORT  4000`, and `(from /run/secrets/…)` where a file gave it. */
export function settingLine({ name, state, value, file }: SettingState): string {
  const shown = state === "secret_set" ? "set, not shown" : (value ?? "not set")
  return `${name.padEnd(NAME_WIDTH)} ${shown}${file === null ? "" : ` (from ${file})`}`
}
