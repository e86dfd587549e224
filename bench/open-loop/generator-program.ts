/**
 * The program that sends: a process of its own, so that nothing but sending delays it. It is told one phase at a time, and
 * answers with what became of it.
 */
import { type PhaseOrder, runPhase } from "./run-phase.ts"

process.on("message", (order: PhaseOrder) => {
  runPhase(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ problem: error instanceof Error ? error.message : String(error) }),
  )
})
process.on("disconnect", () => process.exit())
