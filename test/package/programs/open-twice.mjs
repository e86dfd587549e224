// One process with two stores over a file, as a module that was loaded anew has, while another process comes and goes.
import { execFileSync } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { join } from "node:path"
import { sqlite } from "linklatch/sqlite"

const event = { type: "shop.opened", userId: null, address: null, client: { ip: null, userAgent: null }, detail: {} }
const [runtime, given] = process.argv.slice(2)
if (given === undefined)
  await openTwice(JSON.parse(runtime), join(mkdtempSync(join(process.cwd(), "twice-")), "auth.db"))
else console.log(await countEvents(given))

async function openTwice([program, ...args], path) {
  const [first, second] = [sqlite(path), sqlite(path)]
  const elsewhere = () => execFileSync(program, [...args, "open-twice.mjs", "[]", path], { encoding: "utf8" }).trim()
  const counts = [elsewhere()]
  for (const store of [first, second]) {
    await store.audit.append({ ...event, at: Date.now() })
    counts.push(elsewhere())
  }
  console.log(counts.join(", "))
  await Promise.all([first.close(), second.close()])
}

async function countEvents(path) {
  const store = sqlite(path)
  const { events } = await store.audit.latest({ before: null, max: 10, reach: 100, type: null, person: null })
  await store.close()
  return events.length
}
