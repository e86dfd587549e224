import { run } from "./program.ts"

// Without a listener, a reader that went away (EPIPE), as `| head` does, would end the process with a stack.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined)

process.exitCode = await run(process.argv.slice(2))
