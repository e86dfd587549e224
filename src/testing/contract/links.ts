import { MINUTE, SECOND } from "../../core/clock.ts"
import { MATCH_TRIES } from "../../core/links/match-number.ts"
import { createToken, hashToken } from "../../core/links/token.ts"
import { systemRandom } from "../../core/random.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, bob, carol, newId, phone, START } from "./steps/ask.ts"
import { claim, deliver, lease, type Mail, mailTo, mintFor, mintLink, settle } from "./steps/deliver.ts"
import { eventsDuring, eventsOf } from "./steps/events.ts"
import { atOnce, redeemLink } from "./steps/redeem.ts"

const unknownHash = () => hashToken(createToken(systemRandom))

export const mintFacts: Facts = {
  "shows what was minted": async ({ store, expect }) => {
    const asked = await ask(store, { client: phone, device: "Safari on iPhone", next: "/cart" })
    const { link } = await deliver(store, asked)
    expect(await store.links.inspect(link.tokenHash)).toEqual({
      linkId: link.linkId,
      address: ada,
      flowHash: asked.flowHash,
      next: "/cart",
      device: "Safari on iPhone",
      ip: phone.ip,
      requestedAt: START,
      expiresAt: link.expiresAt,
      consumedAt: null,
      isRefused: false,
      isSuperseded: false,
      prefetchedAt: null,
      matchTriesLeft: MATCH_TRIES,
    })
  },

  "works from the moment of minting, before the mail is reported as sent": async ({ store, expect }) => {
    const mail = await mintFor(store, await ask(store))
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
  },

  "mints nothing without a lease": async ({ store, expect }) => {
    const asked = await ask(store)
    const link = mintLink(asked, newId())
    expect(await store.links.mint(link)).toEqual({ status: "lease_lost" })
    expect(await store.links.inspect(link.tokenHash)).toBe(null)
  },

  "mints nothing under somebody else's lease": async ({ store, expect }) => {
    const asked = await ask(store)
    await lease(store, asked)
    expect(await store.links.mint(mintLink(asked, newId()))).toEqual({ status: "lease_lost" })
  },

  "mints nothing under the lease of another row": async ({ store, expect }) => {
    const [asked, other] = [await ask(store), await ask(store)]
    const { leaseId } = await lease(store, other)
    expect(await store.links.mint(mintLink(asked, leaseId))).toEqual({ status: "lease_lost" })
  },

  "mints nothing once the lease ended and another worker went on": async ({ store, expect }) => {
    const asked = await ask(store)
    const { leaseId } = await lease(store, asked)
    await claim(store, { at: START + MINUTE })
    const link = mintLink(asked, leaseId, { at: START + MINUTE })
    expect(await store.links.mint(link)).toEqual({ status: "lease_lost" })
    expect(await store.links.inspect(link.tokenHash)).toBe(null)
  },

  "mints nothing from the moment that the lease ends, though nobody else went on yet": async ({ store, expect }) => {
    const asked = await ask(store)
    const leaseId = newId()
    const leaseUntil = START + 30 * SECOND
    await claim(store, { leaseId, at: START })
    const inTime = mintLink(asked, leaseId, { at: leaseUntil - 1 })
    expect(await store.links.mint(inTime)).toEqual({ status: "minted" })
    expect(await store.links.mint(mintLink(asked, leaseId, { at: leaseUntil }))).toEqual({ status: "lease_lost" })
  },

  "mints nothing for a row that was settled": async ({ store, expect }) => {
    const asked = await ask(store)
    const { leaseId } = await lease(store, asked)
    await settle(store, asked, leaseId, { status: "withheld", reason: "not_allowed" })
    expect(await store.links.mint(mintLink(asked, leaseId))).toEqual({ status: "lease_lost" })
  },

  "mints without an event": async ({ store, expect }) => {
    const asked = await ask(store)
    expect(await eventsDuring(store, () => mintFor(store, asked))).toEqual([])
  },
}

export const inspectFacts: Facts = {
  "knows no link that was never minted": async ({ store, expect }) => {
    await mailTo(store)
    expect(await store.links.inspect(unknownHash())).toBe(null)
  },

  "changes nothing however often a link is inspected (P2)": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const view = await store.links.inspect(mail.link.tokenHash)
    const events = await eventsDuring(store, async () => {
      const views = await atOnce(50, () => store.links.inspect(mail.link.tokenHash))
      expect(views).toEqual(Array(50).fill(view))
    })
    expect(events).toEqual([])
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
  },

  "shows that a link was used": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const at = START + 5 * MINUTE
    await redeemLink(store, mail, { at })
    expect((await store.links.inspect(mail.link.tokenHash))?.consumedAt).toBe(at)
  },

  "shows a link after it expired": async ({ store, expect }) => {
    const mail = await mailTo(store)
    await redeemLink(store, mail, { at: mail.link.expiresAt })
    expect(await store.links.inspect(mail.link.tokenHash)).toMatchObject({
      consumedAt: null,
      expiresAt: mail.link.expiresAt,
    })
  },
}

export const prefetchFacts: Facts = {
  "notes the first fetch of a link by a stranger, and no other": async ({ store, expect }) => {
    const mail = await mailTo(store)
    const at = mail.link.at + SECOND
    const events = await eventsDuring(store, async () => {
      await store.links.notePrefetch({ tokenHash: mail.link.tokenHash, client: phone, at })
      await atOnce(20, () => store.links.notePrefetch({ tokenHash: mail.link.tokenHash, client: phone, at: at + 1 }))
    })
    expect(events).toMatchObject([{ type: "link_prefetched", at, detail: { linkId: mail.link.linkId } }])
    expect(events[0]?.person?.ip).toBe(phone.ip)
    expect((await store.links.inspect(mail.link.tokenHash))?.prefetchedAt).toBe(at)
  },

  "notes fetches that arrive together once": async ({ store, expect }) => {
    const { link } = await mailTo(store)
    const prefetch = { tokenHash: link.tokenHash, client: phone, at: link.at + SECOND }
    const events = await eventsDuring(store, () => atOnce(64, () => store.links.notePrefetch(prefetch)))
    expect(events).toHaveLength(1)
  },

  "leaves a fetched link as good as it was (P2)": async ({ store, expect }) => {
    const mail = await mailTo(store)
    await store.links.notePrefetch({ tokenHash: mail.link.tokenHash, client: phone, at: mail.link.at + SECOND })
    expect(await store.links.inspect(mail.link.tokenHash)).toMatchObject({
      consumedAt: null,
      matchTriesLeft: MATCH_TRIES,
    })
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
  },

  "notes no fetch of a link whose person has signed in since": async ({ store, expect }) => {
    const [used, sibling] = [await mailTo(store), await mailTo(store)]
    await redeemLink(store, used)
    const { tokenHash, at } = sibling.link
    const events = await eventsDuring(store, () => {
      return store.links.notePrefetch({ tokenHash, client: phone, at: at + 2 * MINUTE })
    })
    expect(events).toEqual([])
  },

  "notes no fetch of a link that is used, expired, superseded or unknown": async ({ store, expect }) => {
    const [used, expired, old] = [
      await mailTo(store),
      await mailTo(store, { address: bob }),
      await mailTo(store, { address: carol }),
    ]
    await deliver(store, await ask(store, { flowHash: old.flowHash, address: carol, at: START + 2 * SECOND }))
    await redeemLink(store, used)
    const before = await eventsOf(store)
    const note = (mail: Mail, at = mail.link.at + 2 * MINUTE) =>
      store.links.notePrefetch({ tokenHash: mail.link.tokenHash, client: phone, at })
    await Promise.all([note(used), note(old), note(expired, expired.link.expiresAt)])
    await store.links.notePrefetch({ tokenHash: unknownHash(), client: phone, at: START })
    expect(await eventsOf(store)).toEqual(before)
  },
}
