import type { SignUp } from "../../core/options.ts"
import type { Framework } from "./find-framework.ts"

export const mailWays = ["mailbox", "smtp", "resend"] as const
export type MailWay = (typeof mailWays)[number]
export const signUps = ["open", "allowlist", "closed"] as const satisfies readonly SignUp[]

/** What `linklatch init` needs to know. */
export interface Answers {
  readonly siteName: string
  readonly baseUrl: string
  readonly adminEmails: readonly string[]
  readonly signUp: SignUp
  readonly mail: MailWay
  readonly framework: Framework
}

export type AnswerName = keyof Answers

/** Where an answer came from: a flag, the person at the terminal, the file as it was, the folder, or our default. */
export type AnswerSource = "flag" | "asked" | "kept" | "folder" | "default"

export interface Answered {
  readonly answers: Answers
  readonly sources: Readonly<Record<AnswerName, AnswerSource>>
}
