import { LinklatchError } from "../core/fault.ts"

/** Not brought along: most sites have one machine, and it would be a tenth of what is installed (decisions/040). */
export async function loadRedisClient() {
  try {
    return await import("ioredis")
  } catch (cause) {
    const problem = "REDIS_URL is set, and the client that it needs isn't installed."
    const cure = "Run: npm install ioredis"
    const faults = [{ setting: "REDIS_URL", problem, cure }]
    throw new LinklatchError("invalid_configuration", `${problem} ${cure}`, { cause, faults })
  }
}
