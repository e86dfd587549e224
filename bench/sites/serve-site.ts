import type { HandedOver } from "../contenders/contender.ts"

/** What a connection says of how it writes, setting by setting. */
export type Durability = Readonly<Record<string, string>>

/** What a site says of itself once it listens. */
export interface SiteFacts {
  readonly port: number
  /** What runs there, by name: versions of the parts. */
  readonly versions: Readonly<Record<string, string>>
  readonly durability: Durability
}

/** What the bench asks for, and what a site answers. */
export interface LinksWanted {
  readonly links: number
}
export interface LinksMade {
  readonly links: readonly HandedOver[]
  /** When the last was handed over, by the clock of the wall. */
  readonly lastAt: number
}

const PATIENCE_MS = 60_000

/** The mail of a site: keeps what it is handed, until the bench asks for it. */
export class Outgoing {
  #links: HandedOver[] = []
  #lastAt = 0
  #wanted: { readonly count: number; readonly resolve: () => void } | null = null

  hand(email: string, link: string): void {
    this.#links.push({ email, link })
    this.#lastAt = performance.timeOrigin + performance.now()
    if (this.#wanted !== null && this.#links.length >= this.#wanted.count) this.#wanted.resolve()
  }

  /** Gives what was handed over since the last call, once that is `count`, or after a minute what there is. */
  async take(count: number): Promise<LinksMade> {
    if (this.#links.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wanted = { count, resolve }
      const patience = setTimeout(resolve, PATIENCE_MS)
      await promise
      clearTimeout(patience)
      this.#wanted = null
    }
    const links = this.#links
    this.#links = []
    return { links, lastAt: this.#lastAt }
  }
}

/** Tells the bench where the site is, and answers what it asks until it is ended. */
export function serveSite(facts: SiteFacts, outgoing: Outgoing): void {
  process.on("message", ({ links }: LinksWanted) => {
    outgoing
      .take(links)
      .then((made) => process.send?.(made))
      .catch((error: unknown) => {
        throw error
      })
  })
  process.on("disconnect", () => process.exit())
  process.send?.(facts)
}
