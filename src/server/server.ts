import { SECOND, systemClock } from "../core/clock.ts"
import type { DevelopmentMailbox } from "../mail/development-mailbox.ts"
import { createApp, type Pages } from "./app.ts"
import { type AnswerIncoming, closeServer, createHttpServer, listen } from "./http-server.ts"
import { createLateMetrics } from "./late-metrics.ts"
import type { ServerLog } from "./log.ts"
import { createMetricsGuard } from "./metrics-guard.ts"
import { type OpenedAuth, openAuth } from "./open-auth.ts"
import { sendToOwnAddress } from "./own-address.ts"
import type { ServerConfig } from "./server-config.ts"

export interface RunningServer {
  readonly host: string
  readonly port: number
  readonly baseUrl: string
  /** /readyz says 503, what is under way is finished, mail and store are closed. */
  stop(): Promise<void>
  /** What `stop` is waiting for. */
  readonly waitingFor: () => "nothing" | "requests" | "mail_and_store"
}

// What is left of the ten seconds belongs to the mail.
const PATIENCE_WITH_REQUESTS = 3 * SECOND

/**
 * Binds the port first and opens the database after: a second server on the same port must not touch it, and a
 * development server learns its own address that way. Requests that come in between wait.
 */
export async function startServer(config: ServerConfig, log: ServerLog): Promise<RunningServer> {
  const opening = Promise.withResolvers<AnswerIncoming>()
  // Whoever waits gets the rejection too; without anybody it would count as unhandled.
  opening.promise.catch(() => undefined)
  let answer: AnswerIncoming = async (incoming) => (await opening.promise)(incoming)
  const server = createHttpServer((incoming) => answer(incoming))
  const port = await listen(server, config.host, config.port)
  const settled = config.isBaseUrlLocal ? atPort(config, port) : config
  let state: "running" | "requests" | "mail_and_store" = "running"
  let opened: OpenedAuth
  try {
    opened = await openAuth(settled, log)
    answer = await composeAnswer(settled, opened, log, () => state !== "running")
    opening.resolve(answer)
  } catch (cause) {
    opening.reject(cause)
    await closeServer(server, 0)
    throw cause
  }
  return {
    host: config.host,
    port,
    baseUrl: settled.options.baseUrl,
    waitingFor: () => (state === "running" ? "nothing" : state),
    async stop() {
      state = "requests"
      await closeServer(server, PATIENCE_WITH_REQUESTS)
      state = "mail_and_store"
      await opened.auth.close()
    },
  }
}

function atPort(config: ServerConfig, port: number): ServerConfig {
  return { ...config, options: { ...config.options, baseUrl: `http://localhost:${port}` } }
}

async function composeAnswer(
  config: ServerConfig,
  { auth, store, deleted, mailbox }: OpenedAuth,
  log: ServerLog,
  isStopping: () => boolean,
): Promise<AnswerIncoming> {
  const metrics = createLateMetrics(async () =>
    (await import("./metrics.ts")).createMetrics({ store, clock: systemClock, deleted }),
  )
  store.audit.onCommitted(metrics.countEvent)
  setImmediate(() => metrics.loaded().catch((error) => log.error("metrics_unavailable", { error })))
  return createApp({
    auth,
    log,
    metrics,
    mayReadMetrics: createMetricsGuard(config.metricsAllow, config.options),
    trustedProxies: config.options.trustedProxies ?? [],
    developmentPages: mailbox === null ? [] : await openDevelopmentPages(mailbox, config.options),
    isStopping,
  })
}

async function openDevelopmentPages(
  mailbox: DevelopmentMailbox,
  { siteName, baseUrl }: ServerConfig["options"],
): Promise<readonly Pages[]> {
  const { createMailboxPages } = await import("./mailbox-pages.ts")
  return [sendToOwnAddress(baseUrl), createMailboxPages(mailbox, siteName)]
}
