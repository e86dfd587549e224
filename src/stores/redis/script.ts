import { hash } from "node:crypto"

/** A Lua script, which Redis runs alone from its first line to its last. */
export interface Script {
  readonly source: string
  /** By what Redis knows it once it has run: a name, not a secret (`EVALSHA`). */
  readonly sha: string
}

export function createScript(source: string): Script {
  return { source, sha: hash("sha1", source) }
}

/** The beginning of a script that needs Redis's clock: `now`, in milliseconds. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`
