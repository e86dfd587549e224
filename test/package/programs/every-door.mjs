import { readFileSync } from "node:fs"

const { exports } = JSON.parse(readFileSync("node_modules/linklatch/package.json", "utf8"))
const doors = Object.keys(exports).filter((door) => door !== "./package.json")
for (const door of doors) {
  const names = Object.keys(await import(`linklatch${door.slice(1)}`))
  if (names.length === 0) throw new Error(`${door} is empty`)
}
console.log(doors.length)
