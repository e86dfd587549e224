// Moves from one database into another, a few rows at a time, and kills itself at a point: `after write 3`.

import { withEnds } from "../../src/cli/move/with-ends.ts"
import { moveDatabase } from "../../src/core/move/move-database.ts"
import { readDatabaseUrl } from "../../src/server/database-url.ts"

const [from = "", to = "", when = "", method = "", number = "1"] = process.argv.slice(2)
const ends = { from: readDatabaseUrl(from), to: readDatabaseUrl(to) }
if (ends.from === null || ends.to === null) throw new Error("Two databases are needed.")

let calls = 0
await withEnds(ends as never, ({ source, target }) => {
  const act = target[method as keyof typeof target] as (...args: unknown[]) => Promise<unknown>
  const doomed = async (...args: unknown[]) => {
    calls += 1
    const isNow = calls === Number(number)
    if (isNow && when === "before") process.kill(process.pid, "SIGKILL")
    const answer = await act(...args)
    if (isNow && when === "after") process.kill(process.pid, "SIGKILL")
    return answer
  }
  return moveDatabase({ source, target: { ...target, [method]: doomed }, from, batch: 3, onProgress: () => undefined })
})
