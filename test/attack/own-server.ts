import { onTestFinished } from "vitest"
import type { MailMessage } from "../../src/index.ts"
import { createLog, type ServerLogOptions } from "../../src/server/log.ts"
import { type RunningServer, startServer } from "../../src/server/server.ts"
import { type MailConfig, type PlainOptions, type ServerConfig, secretsOf } from "../../src/server/server-config.ts"
import { ORIGIN } from "../app.ts"
import { Browser } from "../browser.ts"
import { sendToPort } from "../send-to-port.ts"
import { ownFile } from "./own-app.ts"

/** The real server, on a port and a database file of the test's own. */
export interface OwnServer {
  readonly port: number
  /** Where its database is. */
  readonly path: string
  /** Every line of its log. */
  readonly logLines: readonly string[]
  /** A browser that really connects; `headers` go with each request. */
  browser(headers?: Record<string, string>): Browser
  /** What is in the development mailbox, newest first. */
  mail(): Promise<readonly Pick<MailMessage, "to" | "link" | "code" | "text" | "html">[]>
}

export interface OwnServerOptions extends Partial<PlainOptions> {
  readonly mail?: MailConfig
  readonly logMode?: ServerLogOptions["mode"]
}

export async function ownServer({
  mail = { by: "mailbox" },
  logMode,
  ...options
}: OwnServerOptions = {}): Promise<OwnServer> {
  const path = await ownFile()
  const config: ServerConfig = {
    mode: "development",
    host: "127.0.0.1",
    port: 0,
    isBaseUrlLocal: false,
    options: { baseUrl: ORIGIN, siteName: "Example", secret: "a-secret-for-tests-that-is-long-enough", ...options },
    database: { engine: "sqlite", path },
    redis: null,
    mail,
    outlets: { file: null, witnesses: [], syslog: null, webhook: null },
    logLevel: "debug",
    metricsAllow: ["127.0.0.1"],
  }
  const logLines: string[] = []
  const write = (line: string) => void logLines.push(line)
  const log = createLog({ mode: logMode ?? "development", level: "debug", secrets: secretsOf(config), write })
  const running: RunningServer = await startServer(config, log)
  onTestFinished(() => running.stop())
  const { port } = running
  return {
    port,
    path,
    logLines,
    browser: (headers = {}) => new Browser({ handler: (request) => sendToPort(request, port, headers) }, ORIGIN, ""),
    mail: async () =>
      (await fetch(`http://127.0.0.1:${port}/dev/mailbox.json`)).json() as ReturnType<OwnServer["mail"]>,
  }
}
