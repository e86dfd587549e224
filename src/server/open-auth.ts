import type { Auth } from "../auth.ts"
import type { Log } from "../core/log.ts"
import type { SweptRows } from "../core/retention/retention-store.ts"
import type { Store } from "../core/store.ts"
import { linklatch } from "../index.ts"
import type { DevelopmentMailbox } from "../mail/development-mailbox.ts"
import { countSweeps } from "./count-sweeps.ts"
import { openOutlets } from "./open-outlets.ts"
import { openServerStore } from "./open-server-store.ts"
import { openTransport } from "./open-transport.ts"
import type { ServerConfig } from "./server-config.ts"
import { tellOfRestored } from "./tell-of-restored.ts"

export interface OpenedAuth {
  readonly auth: Auth
  readonly store: Store
  /** Rows that were over and went since the start, for the metrics. */
  readonly deleted: Readonly<SweptRows>
  /** Development only. */
  readonly mailbox: DevelopmentMailbox | null
}

/** Builds the library's parts from the configuration. */
export async function openAuth(config: ServerConfig, log: Log): Promise<OpenedAuth> {
  const { transport, mailbox } = await openTransport(config.mail, log)
  const { store, deleted } = countSweeps(await openServerStore(config, log))
  const audit = { ...config.options.audit, outlets: await openOutlets(config.outlets) }
  const auth = linklatch({ ...config.options, audit, store, mail: transport, log, showMailbox: mailbox !== null })
  // Nobody waits for it: it reads a file and asks once.
  void tellOfRestored(audit.erasureJournal, store, log)
  return { auth, store, deleted, mailbox }
}
