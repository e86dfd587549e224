import * as v from "valibot"
import type { ProblemCode } from "../../src/core/problem-code.ts"
import type {
  ApiSession,
  ApiUser,
  PendingSignIn,
  ProblemAnswer,
  SessionAnswer,
  SessionsAnswer,
  SignedInAnswer,
} from "../../src/http/api/answers.ts"
import { codeBody, linkBody, signInBody } from "../../src/http/api/bodies.ts"
import { problemStatus } from "../../src/http/problems.ts"

const text = (description: string) => v.pipe(v.string(), v.description(description))
const time = (description: string) => v.pipe(v.string(), v.isoTimestamp(), v.description(description))
const id = (description: string) => v.pipe(v.string(), v.uuid(), v.description(description))
const count = (max: number, description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max), v.description(description))

// Each is held against its type in answers.ts: a field that is missing here, or has another type, doesn't compile.

const user: v.GenericSchema<ApiUser> = v.object({
  id: id("UUIDv7."),
  email: v.pipe(v.string(), v.email(), v.description("In its canonical form.")),
  displayName: text("Made from the address."),
  createdAt: time("When they signed in for the first time."),
  isAdmin: v.pipe(v.boolean(), v.description("Their address is one of the administrators'.")),
})

const session: v.GenericSchema<ApiSession> = v.object({
  id: id("Public: it signs nobody in."),
  createdAt: time("When it began."),
  lastSeenAt: time("Exact to five minutes."),
  idleExpiresAt: time("When it ends if it is not used."),
  expiresAt: time("When it ends whatever is done with it."),
  provider: text("How the person came in: `magic_link`, `email_code`…"),
  provenAt: time("When they last proved who they are."),
  device: text("As the browser says of itself, which anybody can make up."),
  isCurrent: v.pipe(v.boolean(), v.description("It is the one that asks.")),
})

const pendingSignIn: v.GenericSchema<PendingSignIn> = v.pipe(
  v.object({
    email: v.pipe(v.string(), v.email(), v.description("In its canonical form: show it.")),
    matchNumber: v.pipe(
      v.number(),
      v.integer(),
      v.minValue(10),
      v.maxValue(99),
      v.description("Show it: opened in another browser, the link asks for it."),
    ),
    codeTriesLeft: count(5, "How many codes may still be typed."),
    lifetimeSeconds: v.pipe(v.number(), v.description("How long link and code last from when the mail is sent.")),
    expiresAt: time("When link and code are over at the latest."),
    resendAfter: time("When to offer another message."),
  }),
  v.description("The same for every address, whether or not a mail goes out."),
)

const signedIn: v.GenericSchema<SignedInAnswer> = v.object({
  user,
  session,
  next: v.pipe(v.nullable(v.string()), v.description("Where the person was going; safe to go to.")),
})

const sessionAnswer: v.GenericSchema<SessionAnswer> = v.union([
  v.object({ user, session }),
  v.pipe(v.object({ user: v.null(), session: v.null() }), v.description("Nobody is signed in.")),
])

const sessions: v.GenericSchema<SessionsAnswer> = v.object({
  sessions: v.pipe(v.array(session), v.description("Newest first.")),
})

const problem: v.GenericSchema<ProblemAnswer> = v.object({
  type: v.pipe(v.string(), v.description("`about:blank`, or the registered type of a spent limit.")),
  title: text("Short, in the language of whoever asked."),
  status: v.pipe(v.number(), v.integer()),
  detail: text("What to do, in the same language: fit to be shown."),
  code: v.pipe(
    v.picklist(Object.keys(problemStatus) as ProblemCode[]),
    v.description("Stable: match on this, not on the words."),
  ),
  triesLeft: v.exactOptional(count(5, "With `wrong_code`. At 0 no code of this sign-in works; the link does.")),
  matchTriesLeft: v.exactOptional(count(3, "With `wrong_browser`. At 0 the link works only where it was asked for.")),
})

/** Everything that the API takes and answers, by its name in the OpenAPI file. */
export const schemas = {
  SignInBody: signInBody,
  LinkBody: linkBody,
  CodeBody: codeBody,
  User: user,
  Session: session,
  PendingSignIn: pendingSignIn,
  SignedIn: signedIn,
  CurrentSession: sessionAnswer,
  Sessions: sessions,
  Problem: problem,
} as const

export type SchemaName = keyof typeof schemas
