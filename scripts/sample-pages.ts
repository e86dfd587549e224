import type { Address } from "../src/core/addresses/canonical-address.ts"
import type { PageProblem } from "../src/core/problem-code.ts"
import type { User } from "../src/core/users/user.ts"
import { de } from "../src/core/words/de.ts"
import { en } from "../src/core/words/en.ts"
import type { LinkProblem, Words } from "../src/core/words/words.ts"
import { accountPage } from "../src/http/pages/account-page.ts"
import { adminPage } from "../src/http/pages/admin-page.ts"
import { assetVersion } from "../src/http/pages/assets.ts"
import { checkMailPage } from "../src/http/pages/check-mail-page.ts"
import { elsewherePage } from "../src/http/pages/elsewhere-page.ts"
import type { Page, PageContext } from "../src/http/pages/layout.ts"
import { linkPage } from "../src/http/pages/link-page.ts"
import { linkProblemPage } from "../src/http/pages/link-problem-page.ts"
import { mailboxPage } from "../src/http/pages/mailbox-page.ts"
import { problemPage } from "../src/http/pages/problem-page.ts"
import { signInPage } from "../src/http/pages/sign-in-page.ts"
import { signOutPage } from "../src/http/pages/sign-out-page.ts"

/** What the pages show that somebody else wrote: hostile in a test, harmless in a picture. */
export interface SampleText {
  readonly siteName: string
  readonly email: string
  readonly otherEmail: string
  readonly name: string
  readonly device: string
  readonly ip: string
  readonly next: string
  readonly token: string
  readonly subject: string
  readonly mail: string
}

export const harmlessText: SampleText = {
  siteName: "Fernweh Cooperative",
  email: "ada.lovelace@example.com",
  otherEmail: "grace@example.com",
  name: "Ada Lovelace",
  device: "Firefox on Windows",
  ip: "203.0.113.7",
  next: "/reports/2026?quarter=4",
  token: "Zm9yIHBpY3R1cmVzIG9ubHksIG5vdGhpbmcgaGVyZSE",
  subject: "Login to Fernweh Cooperative",
  mail: "Hello,\n\nopen this link to sign in:\n\nhttps://example.com/auth/link/Zm9yIHBpY3R1cmVzIG9ubHksIG5vdGhpbmcgaGVyZSE\n\nor type this code: 204873\n\nIgnore this message if it was not you.\n",
}

export const languages: Readonly<Record<"en" | "de", Words>> = { en, de }

const AT = Date.UTC(2026, 10, 21, 10, 42)
const HOUR = 3_600_000
const LINK_PROBLEMS: readonly LinkProblem[] = ["used", "expired", "superseded", "unknown", "refused"]
const PROBLEMS: readonly PageProblem[] = [
  "not_found",
  "method_not_allowed",
  "cross_origin",
  "rate_limited",
  "forbidden",
  "bad_request",
  "too_large",
  "unsupported_media_type",
  "unavailable",
  "internal",
]

/** Every page in every state that it has, by a name for its picture. */
export function samplePages(words: Words, text: SampleText = harmlessText): ReadonlyMap<string, Page> {
  const page: PageContext = { words, siteName: text.siteName, assetVersion, isDevelopment: false }
  return new Map([
    ...signInSamples(page, text),
    ...checkMailSamples(page, text),
    ...linkSamples(page, text),
    ...LINK_PROBLEMS.map((status): [string, Page] => [
      `link-problem-${status}`,
      linkProblemPage(page, { status, email: status === "unknown" ? null : text.email, next: text.next }),
    ]),
    ...accountSamples(page, text),
    ...PROBLEMS.map((problem): [string, Page] => [
      `problem-${problem}`,
      problemPage(page, problem === "rate_limited" ? { problem, retryAfterSeconds: 640 } : { problem }),
    ]),
    ...mailboxSamples({ ...page, isDevelopment: true }, text),
  ])
}

function signInSamples(page: PageContext, text: SampleText): [string, Page][] {
  const blank = { email: "", next: null, problem: null, notice: null, signedInAs: null }
  const { email, next } = text
  return [
    ["sign-in", signInPage(page, { ...blank, next })],
    ["sign-in-development", signInPage({ ...page, isDevelopment: true }, blank)],
    ["sign-in-empty", signInPage(page, { ...blank, problem: "empty" })],
    ["sign-in-invalid", signInPage(page, { ...blank, email, next, problem: "invalid" })],
    ["sign-in-signed-out", signInPage(page, { ...blank, notice: "signed_out" })],
    ["sign-in-signed-in", signInPage(page, { ...blank, signedInAs: sampleUser(text) })],
  ]
}

function checkMailSamples(page: PageContext, text: SampleText): [string, Page][] {
  const { email, next } = text
  const fresh = {
    email,
    next,
    matchNumber: 47,
    problem: null,
    codeTriesLeft: 5,
    resendInSeconds: 28,
    linkTtlMinutes: 10,
  }
  return [
    ["check-mail", checkMailPage(page, fresh)],
    ["check-mail-waited", checkMailPage(page, { ...fresh, next: null, resendInSeconds: 0 })],
    [
      "check-mail-wrong-code",
      checkMailPage(page, { ...fresh, problem: { kind: "wrong_code", triesLeft: 3 }, codeTriesLeft: 3 }),
    ],
    [
      "check-mail-last-try",
      checkMailPage(page, { ...fresh, problem: { kind: "wrong_code", triesLeft: 1 }, codeTriesLeft: 1 }),
    ],
    ["check-mail-not-a-code", checkMailPage(page, { ...fresh, problem: { kind: "not_a_code" } })],
    ["check-mail-older-code", checkMailPage(page, { ...fresh, problem: { kind: "superseded" } })],
    ["check-mail-expired-code", checkMailPage(page, { ...fresh, problem: { kind: "expired" }, resendInSeconds: 0 })],
    ["check-mail-elsewhere", elsewherePage(page, { email, next })],
    [
      "check-mail-spent",
      checkMailPage(page, { ...fresh, problem: { kind: "wrong_code", triesLeft: 0 }, codeTriesLeft: 0 }),
    ],
  ]
}

function linkSamples(page: PageContext, text: SampleText): [string, Page][] {
  const { token, email, device } = text
  const link = { token, email, signedInAs: null, mode: { kind: "same_browser" } } as const
  const match = { kind: "match", device, requestedAt: AT, triesLeft: 3, wasWrong: false } as const
  const somebodyElse = { ...sampleUser(text), email: text.otherEmail as Address }
  return [
    ["link", linkPage(page, link)],
    ["link-signed-in", linkPage(page, { ...link, signedInAs: sampleUser(text) })],
    ["link-switch", linkPage(page, { ...link, signedInAs: somebodyElse })],
    ["link-match", linkPage(page, { ...link, mode: match })],
    ["link-match-switch", linkPage(page, { ...link, mode: match, signedInAs: somebodyElse })],
    ["link-match-wrong", linkPage(page, { ...link, mode: { ...match, triesLeft: 1, wasWrong: true } })],
    ["link-only-there", linkPage(page, { ...link, mode: { kind: "only_there", device, requestedAt: AT } })],
  ]
}

function accountSamples(page: PageContext, text: SampleText): [string, Page][] {
  const user = sampleUser(text)
  const session = {
    id: "0193a1c2-7b1e-7c3d-8f00-000000000001",
    device: text.device,
    createdAt: AT - 50 * HOUR,
    ip: text.ip,
  }
  const sessions = [
    { ...session, lastSeenAt: AT, isCurrent: true },
    {
      ...session,
      device: "Safari on iPhone",
      lastSeenAt: AT - 20 * HOUR,
      ip: "2001:db8:85a3:8d3:1319:8a2e:370:7348",
      isCurrent: false,
    },
    { ...session, device: "Chrome on Android", lastSeenAt: AT - 30 * HOUR, ip: null, isCurrent: false },
  ]
  const providers = [
    { provider: "magic_link", firstUsedAt: AT - 900 * HOUR, lastUsedAt: AT - 50 * HOUR, uses: 12 },
    { provider: "google", firstUsedAt: AT - 700 * HOUR, lastUsedAt: AT - 700 * HOUR, uses: 1 },
    { provider: "company_badge", firstUsedAt: AT - 90 * HOUR, lastUsedAt: AT - 60 * HOUR, uses: 3 },
  ]
  return [
    ["account", accountPage(page, { user, isAdmin: true, sessions, providers, notice: null })],
    [
      "account-after-sign-out",
      accountPage(page, {
        user,
        isAdmin: false,
        sessions: sessions.slice(0, 1),
        providers,
        notice: "signed_out_elsewhere",
      }),
    ],
    ["sign-out", signOutPage(page, { user })],
    ["sign-out-nobody", signOutPage(page, { user: null })],
    ["admin", adminPage(page, { user })],
  ]
}

function mailboxSamples(page: PageContext, text: SampleText): [string, Page][] {
  const link = `https://example.com/auth/link/${text.token}`
  const message = {
    id: 2,
    to: text.email,
    subject: text.subject,
    text: text.mail,
    html: "",
    link,
    code: "204873",
    sentAt: AT,
  }
  return [
    ["mailbox", mailboxPage(page, { messages: [message, { ...message, id: 1, code: "000417", sentAt: AT - HOUR }] })],
    ["mailbox-empty", mailboxPage(page, { messages: [] })],
  ]
}

function sampleUser(text: SampleText): User {
  const email = text.email as Address
  return { id: "0193a1c2-7b1e-7c3d-8f00-000000000000", email, displayName: text.name, createdAt: AT, disabledAt: null }
}
