import type { Client } from "../../core/audit/event.ts"
import { HOUR, MINUTE } from "../../core/clock.ts"
import type { Facts } from "./lab.ts"
import { ada, ask, bob, laptop, newId, START } from "./steps/ask.ts"
import { claim, deliver, mailTo, mintFor, settle } from "./steps/deliver.ts"
import { eventsDuring, eventsOf } from "./steps/events.ts"
import { newSession, redeemedBy, redeemLink, signIn } from "./steps/redeem.ts"

const CONTROLS = Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).join("")

/** All that text may be here (`Store` says what it may not), in shapes that databases, drivers and JSON have stumbled over. */
const TEXTS: readonly string[] = [
  "",
  " ",
  `'; drop table users; -- " \` $1 ? :name %s {}`,
  "\\ \\\\ \\' \\u0000 \\ud800 \\x00 \\N \\.",
  `${CONTROLS}\u007f\u0080\u009f`,
  "\ufeffbegins with a mark\u200b\u2028\u2029\u202e",
  "\ufffd\ufffe\uffff\u{1fffe}\u{10ffff}",
  "e\u0301 \u00e9 \u212b \u00c5 \ufb01 ß İ",
  "🎈👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿 漢字 العربية",
  "null",
  '{"a":[1e400,"\\u0000"]}',
  "x".repeat(8_192),
  "🎈\\\"'".repeat(2_000),
]

export const textFacts: Facts = {
  "keeps any text of a request as it is": async ({ store, expect }) => {
    for (const [i, text] of TEXTS.entries()) {
      const at = START + i * HOUR
      const { request } = await ask(store, { at, next: text, locale: text, device: text, client: clientOf(text) })
      expect((await store.requests.latest(request.freshFlowHash))?.next).toBe(text)
      const [item] = await claim(store, { at, leaseId: "lease" })
      expect(item).toMatchObject({ locale: text, device: text, client: clientOf(text) })
      const withheld = { status: "withheld", reason: "not_allowed" } as const
      await store.outbox.settle({ outboxId: request.outboxId, leaseId: "lease", at, result: withheld })
    }
    const people = (await eventsOf(store)).map(({ person }) => person)
    expect(people).toEqual(TEXTS.flatMap((text) => Array(2).fill({ address: ada, ...clientOf(text) })))
  },

  "keeps any text of a link and a session as it is": async ({ store, expect }) => {
    for (const [i, text] of TEXTS.entries()) {
      const client = clientOf(text)
      const mail = await mailTo(store, { at: START + i * HOUR, next: text, device: text, client })
      const view = await store.links.inspect(mail.link.tokenHash)
      expect(view).toMatchObject({ next: text, device: text, ip: text })
      const at = mail.link.at + MINUTE
      const session = newSession(at, { device: text })
      const redeemed = redeemedBy(await redeemLink(store, mail, { at, session, client }))
      expect(redeemed).toMatchObject({ next: text, session: { device: text, ip: text } })
      const { tokenHash } = session
      const checked = await store.sessions.check({ tokenHash, at, idleTtl: HOUR, touchEvery: HOUR })
      expect(checked?.session).toEqual(redeemed.session)
    }
  },

  "keeps any text of an event as it is": async ({ store, expect }) => {
    for (const [i, text] of TEXTS.entries()) {
      const at = START + i
      const detail = { [text]: text, list: "a" }
      await store.audit.append({ type: "shop.note", userId: text, detail, address: null, client: clientOf(text), at })
    }
    const events = await eventsOf(store)
    const kept = events.map(({ userId, detail, person }) => ({ userId, detail, person }))
    const given = TEXTS.map((text) => {
      const person = { address: null, ...clientOf(text) }
      return { userId: text, detail: { [text]: text, list: "a" }, person }
    })
    expect(kept).toEqual(given)
    expect(events.filter(({ commitment }) => commitment === null)).toEqual([])
  },

  "keeps any number of an event as it is": async ({ store, expect }) => {
    const numbers = [0, -1, 2 ** 53 - 1, -(2 ** 53 - 1), 1e21, 1e-7, 0.1, 5e-324, 1.797_693_134_862_315_7e308]
    const detail = Object.fromEntries(numbers.map((number) => [`n${number}`, number]))
    await store.audit.append({ type: "shop.note", userId: null, detail, address: null, client: laptop, at: START })
    expect((await eventsOf(store))[0]?.detail).toEqual(detail)
  },

  "keeps an event's member called __proto__": async ({ store, expect }) => {
    const detail = JSON.parse(`{"__proto__": "own", "constructor": "own"}`)
    await store.audit.append({ type: "shop.note", userId: null, detail, address: null, client: laptop, at: START })
    expect(Object.entries((await eventsOf(store))[0]?.detail ?? {}).sort()).toEqual(Object.entries(detail).sort())
  },

  "keeps any name of a transport as it is": async ({ store, expect }) => {
    for (const [i, transport] of TEXTS.entries()) {
      const mail = await mintFor(store, await ask(store, { at: START + i * HOUR }))
      const { linkId, leaseId } = mail.link
      const detail = { requestId: mail.request.requestId, linkId, attempt: 1, transport }
      const events = await eventsDuring(store, () => settle(store, mail, leaseId, { status: "sent", detail }))
      expect(events).toMatchObject([{ type: "link_sent", detail }])
    }
  },

  "finds nothing by text that is nobody's": async ({ store, expect }) => {
    const { user, session } = await signIn(store)
    const mail = await deliver(store, await ask(store, { address: bob, at: START + HOUR }))
    const events = await eventsDuring(store, async () => {
      for (const text of TEXTS) {
        const found = await Promise.all([
          store.users.find({ userId: text }),
          store.providers.list(text),
          store.sessions.find({ sessionId: text, at: START }),
          store.sessions.list({ userId: text, at: START }),
          revoke(text, session.id),
          revoke(user.id, text),
          store.users.setDisabled({ userId: text, isDisabled: true, by: "cli", client: laptop, at: START }),
          store.providers.record({ userId: text, provider: "google", client: laptop, at: START }),
        ])
        expect(found).toEqual([null, [], null, [], 0, 0, { status: "unknown_user" }, "unknown_user"])
      }
    })
    expect(events).toEqual([])
    expect((await redeemLink(store, mail)).status).toBe("redeemed")

    function revoke(userId: string, sessionId: string) {
      return store.sessions.revoke({ userId, sessionId, reason: "signed_out", client: laptop, at: START })
    }
  },

  "tells texts apart that only look or sort alike": async ({ store, expect }) => {
    const { user } = await signIn(store)
    const names = ["Ab", "ab", "ab ", "a_b", "a%b", "e\u0301", "\u00e9"]
    for (const provider of names) await store.providers.record({ userId: user.id, provider, client: laptop, at: START })
    const uses = (await store.providers.list(user.id)).filter(({ provider }) => names.includes(provider))
    expect(uses.map(({ uses: count }) => count)).toEqual(names.map(() => 1))
    expect(await store.users.find({ userId: user.id.toUpperCase() })).toBe(null)
    expect(await store.users.find({ userId: `${user.id} ` })).toBe(null)
    expect(await store.users.find({ userId: newId() })).toBe(null)
  },
}

function clientOf(text: string): Client {
  return { ip: text, userAgent: text }
}
