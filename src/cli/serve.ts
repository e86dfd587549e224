import { readEnvironment } from "../server/environment.ts"
import { createLog } from "../server/log.ts"
import { runUntilStopped } from "../server/run-until-stopped.ts"
import { startServer } from "../server/server.ts"
import { secretsOf } from "../server/server-config.ts"
import type { CommandContext } from "./command-context.ts"
import { printFaults } from "./print-faults.ts"
import { startFailure } from "./start-failure.ts"

/** Runs the server until a signal ends it. Standard output is the JSON log. */
export async function serve(context: CommandContext): Promise<number> {
  const environment = readEnvironment(context.env, { command: "serve", directory: context.directory })
  if (environment.status === "faulty") {
    return printFaults(context, environment.faults, environment.warnings)
  }
  const { config, mode } = environment
  const log = createLog({ mode, level: config.logLevel, secrets: secretsOf(config) })
  try {
    const running = await startServer(config, log)
    log.info("listening", {
      host: running.host,
      port: running.port,
      baseUrl: running.baseUrl,
      mode,
      envFile: context.envFile,
    })
    for (const warning of environment.warnings) log.warn("setting_warning", { ...warning })
    const exitCode = await runUntilStopped(running, log)
    await log.flush()
    // What hung would keep the process alive.
    process.exit(exitCode)
  } catch (error) {
    const { problem, exitCode } = startFailure(error)
    log.error("start_failed", { problem, error })
    await log.flush()
    return exitCode
  }
}
