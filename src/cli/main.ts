import { exitCodes } from "./exit-codes.ts"
import { run } from "./program.ts"

// Without a listener, a reader that went away (EPIPE), as `| head` does, would end the process with a stack. A full disk is a failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code !== "EPIPE") process.exitCode = exitCodes.failed
  })
}

const exitCode = await run(process.argv.slice(2))
process.exitCode ||= exitCode
