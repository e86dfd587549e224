import { randomUUID } from "node:crypto"
import { askRedis } from "./ask-redis.ts"
import type { FoundServer } from "./find-postgres.ts"

/** The server on the usual port, if it lets us in without a password; else null. */
export async function findRedis(port = 6379): Promise<string | null> {
  const found = await tryRedis(`redis://127.0.0.1:${port}`)
  return found.status === "usable" ? found.url : null
}

/** Whether tests may run on a server: they write keys with a beginning of their own, and touch no others. */
export async function tryRedis(url: string): Promise<FoundServer> {
  try {
    const key = `linklatch-test:${randomUUID()}`
    const answer = await askRedis(url, ["set", key, "here", "px", "60000"], ["get", key], ["del", key])
    if (answer.includes("\r\nhere\r\n")) return { status: "usable", url }
    const refusal = /^-(.*)\r$/m.exec(answer)?.[1]
    return { status: "unusable", problem: refusal ?? "it doesn't give back what was written" }
  } catch (fault) {
    return { status: "unusable", problem: fault instanceof Error ? fault.message : String(fault) }
  }
}
