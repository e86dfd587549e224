import type { Client } from "../core/audit/event.ts"
import type { Flow } from "../core/links/flow.ts"
import type { Redeemer } from "../core/links/redeem.ts"
import { checkSession } from "../core/sessions/check-session.ts"
import { hashSessionToken, type SessionToken } from "../core/sessions/session-token.ts"
import { storableText } from "../core/storable-text.ts"
import type { SignedIn } from "../core/store.ts"
import type { Words } from "../core/words/words.ts"
import { pickLocale, wordsFor } from "../core/words/words-for.ts"
import { limitSubject } from "./client-address.ts"
import { describeDevice } from "./describe-device.ts"
import type { Incoming } from "./incoming.ts"
import { safeNext } from "./next.ts"
import { assetVersion } from "./pages/assets.ts"
import type { PageContext } from "./pages/layout.ts"
import { pathOf } from "./path-of.ts"
import type { Site } from "./site.ts"

/** One request, as far as it has been read: what is costly is read when it is asked for. */
export class Visit {
  readonly site: Site
  readonly incoming: Incoming
  /** Without its query. */
  readonly path: string
  readonly client: Client
  readonly #cookieHeader: string | null
  #signedIn: Promise<SignedIn | null> | undefined

  constructor(site: Site, incoming: Incoming) {
    this.site = site
    this.incoming = incoming
    this.path = pathOf(incoming)
    this.#cookieHeader = incoming.header("cookie")
    const ip = site.clientAddress.read(incoming.remoteAddress, incoming.header("x-forwarded-for"))
    const userAgent = incoming.header("user-agent")
    this.client = { ip, userAgent: userAgent === null ? null : storableText(userAgent.slice(0, 512)) }
  }

  /** Answered in JSON, whatever Accept says. */
  get isApi(): boolean {
    return this.path.startsWith("/auth/api/")
  }

  get isFromTrustedProxy(): boolean {
    return this.site.clientAddress.isTrustedProxy(this.incoming.remoteAddress)
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.incoming.target.slice(this.path.length))
  }

  get words(): Words {
    return wordsFor(pickLocale(this.incoming.header("accept-language")))
  }

  get page(): PageContext {
    const { context, isDevelopment } = this.site
    return { words: this.words, siteName: context.settings.siteName, assetVersion, isDevelopment }
  }

  get device(): string {
    return describeDevice(this.client.userAgent)
  }

  get clientSubject(): string {
    return limitSubject(this.client.ip)
  }

  get flow(): Flow | null {
    return this.site.cookies.readFlow(this.#cookieHeader)
  }

  get sessionToken(): SessionToken | null {
    return this.site.cookies.readSession(this.#cookieHeader)
  }

  get hasSessionCookie(): boolean {
    return this.site.cookies.hasSession(this.#cookieHeader)
  }

  get knownBrowser(): string | null {
    return this.site.cookies.readKnownBrowser(this.#cookieHeader)
  }

  /** Where `next` in this text may lead, or null (P7). */
  next(text: string | null | undefined): string | null {
    const { origin, allowedOrigins } = this.site.context.settings
    return safeNext(text, origin, allowedOrigins)
  }

  /** Who is signed in in this browser, or null. Read once. */
  signedIn(): Promise<SignedIn | null> {
    this.#signedIn ??= checkSession(this.site.context, this.sessionToken)
    return this.#signedIn
  }

  redeemer(): Redeemer {
    const { flow, sessionToken, device, client, clientSubject } = this
    return {
      flow,
      replaces: sessionToken === null ? null : hashSessionToken(sessionToken),
      device,
      client,
      clientSubject,
    }
  }
}
