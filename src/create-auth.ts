import type { Auth, WithHeaders } from "./auth.ts"
import { canonicalAddress } from "./core/addresses/canonical-address.ts"
import { readApplicationEvent } from "./core/audit/application-event.ts"
import { nobody } from "./core/audit/event.ts"
import { mirrorEvent } from "./core/audit/mirror-events.ts"
import { systemClock } from "./core/clock.ts"
import { closeOnce } from "./core/close-once.ts"
import type { Context } from "./core/context.ts"
import { type ConfigurationFault, LinklatchError } from "./core/fault.ts"
import { startHousekeeping } from "./core/housekeeping.ts"
import { createRefusalMemory } from "./core/limits/refusal-memory.ts"
import { type Log, warningLog } from "./core/log.ts"
import { MailWorker } from "./core/mail/mail-worker.ts"
import type { MailTransport } from "./core/mail/transport.ts"
import type { LinklatchOptions } from "./core/options.ts"
import { systemRandom } from "./core/random.ts"
import { createLogIdentity } from "./core/sealing/log-identity.ts"
import { startSealing } from "./core/sealing/start-sealing.ts"
import { checkSession } from "./core/sessions/check-session.ts"
import { readSettings, type Settings } from "./core/settings.ts"
import { storableText } from "./core/storable-text.ts"
import type { Store } from "./core/store.ts"
import { listUsers } from "./core/users/list-users.ts"
import { createErase } from "./erasures/create-erase.ts"
import { type ClientAddress, createClientAddress } from "./http/client-address.ts"
import { createHandler } from "./http/handler.ts"
import { createSite } from "./http/site.ts"
import { fromRequest, toResponse } from "./http/web.ts"
import { createLogTransport } from "./mail/log-transport.ts"
import { isProduction } from "./mode.ts"

const PROVIDER_SHAPE = /^[a-z][a-z0-9_]{0,31}$/

/** Puts the parts together: this is the one place that knows all of them. */
export function createAuth(options: LinklatchOptions): Auth {
  const { context, clientAddress } = checkOptions(options)
  const { settings, store, log } = context
  const transport = options.mail ?? createLogTransport(log)
  let worker: MailWorker | null = null
  const site = createSite(context, clientAddress, {
    isDevelopment: options.showMailbox === true,
    wakeWorker: () => worker?.wakeSoon(),
  })
  const handle = createHandler(site)
  // Last, when nothing can fail any more: these go on by themselves.
  const stopMirror = store.audit.onCommitted((event) => mirrorEvent(event, log, options.logEmails === true))
  const housekeeping = startHousekeeping(context)
  const isWorking = options.worker !== false
  if (isWorking) worker = new MailWorker(context, transport)
  const sealing = (options.audit?.seal ?? isWorking) ? startSealing(context, logParts(options, settings)) : null
  const auth = useCases(context)
  return {
    ...auth,
    users: { ...auth.users, erase: createErase(context, options.audit?.erasureJournal) },
    handler: async (request, info) =>
      toResponse(await handle(fromRequest(request, info?.remoteAddress)), request.method),
    answer: handle,
    session: ({ headers }) => checkSession(context, site.cookies.readSession(cookieHeader(headers))),
    migrate: () => store.migrate(),
    ping: () => store.ping(),
    close: closeOnce(async () => {
      try {
        await closeWorkers(worker, housekeeping, log)
        await transport.close()
      } finally {
        // Last: what was done until here is sealed too.
        await sealing?.stop()
        stopMirror()
        await store.close()
      }
    }),
  }
}

function checkOptions(options: LinklatchOptions): { context: Context; clientAddress: ClientAddress } {
  const { settings, faults } = readSettings(options)
  const clientAddress = createClientAddress(options.trustedProxies ?? [])
  const all = [
    ...faults,
    ...clientAddress.faults,
    ...productionFaults(options.mail, settings),
    ...missingStore(options.store),
  ]
  if (all.length > 0) {
    const lines = all.map(({ setting, problem, cure }) => `- ${setting}: ${problem} ${cure}`)
    throw new LinklatchError("invalid_configuration", `Linklatch can't start:\n${lines.join("\n")}`, { faults: all })
  }
  const { store, clock = systemClock, random = systemRandom, log = warningLog } = options
  return { context: { settings, store, clock, random, log, refusals: createRefusalMemory() }, clientAddress }
}

function productionFaults(mail: MailTransport | undefined, settings: Settings): readonly ConfigurationFault[] {
  if (!isProduction(settings)) return []
  const faults: ConfigurationFault[] = []
  const development = "For development set NODE_ENV=development."
  if (!settings.isHttps) {
    const problem = "It is not https: cookies and links would travel in clear."
    faults.push({ setting: "baseUrl", problem, cure: `Give the https address. ${development}` })
  }
  if (mail === undefined) {
    const cure = `Give mail: smtp({ url, from }) or resend({ apiKey, from }). ${development}`
    faults.push({ setting: "mail", problem: "There is no mail transport, so nobody would get a link.", cure })
  }
  return faults
}

function logParts({ audit }: LinklatchOptions, settings: Settings) {
  return { identity: createLogIdentity(settings.audit), outlets: audit?.outlets ?? [] }
}

type UseCases = Pick<Auth, "sessions" | "providers" | "audit"> & { readonly users: Omit<Auth["users"], "erase"> }

function missingStore(store: Store | undefined): readonly ConfigurationFault[] {
  if (typeof store?.requests?.open === "function") return []
  return [{ setting: "store", problem: "There is no store.", cure: 'Give one, as sqlite("auth.db").' }]
}

function useCases({ settings, store, clock }: Context): UseCases {
  const byUs = () => ({ by: "application", client: nobody, at: clock.now() }) as const
  const setDisabled = async (userId: string, isDisabled: boolean) =>
    (await store.users.setDisabled({ userId: storableText(userId), isDisabled, ...byUs() })).status
  const revoke = (userId: string, sessionId: string | "all") => {
    const which = { userId: storableText(userId), sessionId: storableText(sessionId) }
    return store.sessions.revoke({ ...which, reason: "signed_out_elsewhere", ...byUs() })
  }
  return {
    users: {
      async find(by) {
        if ("userId" in by) return store.users.find({ userId: storableText(by.userId) })
        const typed = canonicalAddress(by.email)
        return typed.status === "valid" ? store.users.find({ address: typed.address }) : null
      },
      list: (options) => listUsers({ store }, options),
      disable: (userId) => setDisabled(userId, true),
      enable: (userId) => setDisabled(userId, false),
      isAdmin: (user) => settings.adminEmails.has(user.email),
    },
    sessions: {
      list: (userId) => store.sessions.list({ userId: storableText(userId), at: clock.now() }),
      revoke: async (userId, sessionId) => sessionId !== "all" && (await revoke(userId, sessionId)) > 0,
      revokeAll: (userId) => revoke(userId, "all"),
    },
    providers: {
      async record(userId, provider) {
        if (PROVIDER_SHAPE.test(provider))
          return store.providers.record({ userId: storableText(userId), provider, client: nobody, at: clock.now() })
        throw new LinklatchError(
          "invalid_argument",
          `A provider's name is lower case letters, digits and "_", at most 32.`,
        )
      },
      list: (userId) => store.providers.list(storableText(userId)),
    },
    audit: {
      record: async (event) => store.audit.append(readApplicationEvent(event, clock.now())),
    },
  }
}

function cookieHeader(headers: WithHeaders["headers"]): string | null {
  // A client's own header may be called "get" as well, but then it is no function.
  if (typeof headers.get === "function") return headers.get("cookie")
  const { cookie } = headers as Readonly<Record<string, string | readonly string[] | undefined>>
  return typeof cookie === "string" ? cookie : null
}

async function closeWorkers(
  worker: MailWorker | null,
  housekeeping: { stop(): Promise<void> },
  log: Log,
): Promise<void> {
  await worker?.stop()
  await housekeeping.stop().catch((error: unknown) => log.error("limits_housekeeping_failed", { error }))
}
