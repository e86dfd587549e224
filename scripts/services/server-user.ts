import { execFileSync } from "node:child_process"

/** Who runs servers that refuse to be run by root: the first of these that the machine has. */
const USERS = ["postgres", "nobody"] as const

/** Nobody in particular where we aren't root: then it is ourselves. */
export function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of USERS) {
    const [uid, gid] = [idOf(name, "-u"), idOf(name, "-g")]
    if (uid !== null && gid !== null) return { uid, gid }
  }
  throw new Error(`PostgreSQL and PgBouncer don't run as root, and there is no user ${USERS.join(" or ")} to run them.`)
}

function idOf(name: string, flag: "-u" | "-g"): number | null {
  try {
    return Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }))
  } catch {
    return null
  }
}
