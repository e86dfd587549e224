// `npm run tamper`: changes sealed logs in every way that their owner can, and looks whether each is found. `-- --tamperings 500` makes it
// shorter, `-- --seed 7` changes others. Written into bench/results/ where it was all of it.
import { parseArgs } from "node:util"
import { describeMachine } from "../../bench/reports/machine.ts"
import { writeResults } from "../../bench/reports/write-results.ts"
import { runCampaign } from "./campaign.ts"
import { faultsOf } from "./faults-of.ts"
import { tamperReport } from "./tamper-report.ts"

const WHOLE = { tamperings: "10000", clean: "1000", large: "10" }

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    tamperings: { type: "string", default: WHOLE.tamperings },
    clean: { type: "string", default: WHOLE.clean },
    large: { type: "string", default: WHOLE.large },
  },
})

const machine = await describeMachine()
const report = await runCampaign({
  seed: Number(values.seed),
  tamperings: Number(values.tamperings),
  clean: Number(values.clean),
  large: Number(values.large),
  onProgress: (said) => console.log(said),
})
const command = ["npm run tamper", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" ")
const whole = { ...report, date: new Date().toISOString().slice(0, 10), command, machine }
console.log(`\n${tamperReport(whole)}`)
const isWhole = Number(values.tamperings) >= Number(WHOLE.tamperings) && Number(values.clean) >= Number(WHOLE.clean)
if (isWhole) console.log(writeResults("tamper", whole, tamperReport(whole)).join("\n"))
const faults = faultsOf(report)
for (const fault of faults.slice(0, 50)) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1
