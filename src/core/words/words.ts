import type { ApiProblem, PageProblem } from "../problem-code.ts"

/** Every word that a person reads, one file a language: `en.ts` and `de.ts`. A language that lacks one doesn't compile. */
export interface Words {
  /** A BCP 47 tag, for `lang` and for dates. */
  readonly locale: string
  /** A browser's label as it is kept, in English: "Firefox on Windows", "a browser". */
  device(label: string): string
  readonly mail: MailWords
  readonly pages: PageWords
  readonly api: ApiWords
}

/** The message with the link and the code. */
export interface MailWords {
  /** "Login to Example" */
  subject(siteName: string): string
  /** What an inbox shows beside the subject. */
  preheader(minutes: number): string
  title(siteName: string): string
  readonly lead: string
  readonly button: string
  readonly plainLink: string
  readonly codeLead: string
  lasts(minutes: number): string
  readonly device: string
  readonly unknownDevice: string
  readonly requestedAt: string
  readonly ignore: string
  readonly keepToYourself: string
}

/** A sentence with something set into it that a page may emphasise, such as an address: the pieces in their order. */
export type Sentence<Part> = readonly (string | Part)[]

/** Why a link did not sign anybody in. */
export type LinkProblem = "used" | "expired" | "superseded" | "unknown" | "refused"

/** A heading and what stands under it. */
export interface Explanation {
  readonly title: string
  readonly text: string
}

/** The pages. */
export interface PageWords {
  readonly layout: LayoutWords
  readonly signIn: SignInWords
  readonly checkMail: CheckMailWords
  readonly elsewhere: ElsewhereWords
  readonly link: LinkWords
  readonly linkProblem: LinkProblemWords
  readonly account: AccountWords
  readonly signOut: SignOutWords
  readonly admin: { title(name: string): string; readonly text: string; readonly toAccount: string }
  readonly problem: ProblemWords
  readonly mailbox: MailboxWords
}

export interface LayoutWords {
  readonly developmentLabel: string
  readonly development: string
  readonly mailbox: string
  /** The window's title of a page that came back with a mistake to mend. */
  mistake(title: string): string
}

export interface SignInWords {
  title(siteName: string): string
  readonly lead: string
  readonly emailLabel: string
  readonly button: string
  readonly empty: string
  readonly invalid: string
  readonly signedOut: string
  signedInAs<Part>(address: Part): Sentence<Part>
  readonly toAccount: string
}

export interface CheckMailWords {
  readonly title: string
  onItsWay<Part>(address: Part): Sentence<Part>
  lasts(minutes: number): string
  readonly codeLabel: string
  readonly codeHint: string
  readonly button: string
  wrongCode(triesLeft: number): string
  readonly notACode: string
  readonly supersededCode: string
  readonly expiredCode: string
  readonly codeSpent: string
  readonly matchNumber: string
  readonly nothingYet: string
  readonly resend: string
  resendIn<Part>(seconds: Part): Sentence<Part>
  readonly resendReady: string
  readonly reload: string
  readonly otherAddress: string
}

export interface ElsewhereWords {
  readonly title: string
  text<Part>(address: Part): Sentence<Part>
  readonly button: string
  readonly notYou: string
}

export interface LinkWords {
  title(siteName: string): string
  signsIn<Part>(address: Part): Sentence<Part>
  readonly button: string
  readonly busy: string
  readonly switchTitle: string
  signedInAs<Part>(address: Part): Sentence<Part>
  readonly switchButton: string
  readonly stay: string
  readonly matchTitle: string
  readonly matchText: string
  readonly address: string
  readonly device: string
  readonly requestedAt: string
  readonly matchLabel: string
  matchWrong(triesLeft: number): string
  readonly notYou: string
  readonly onlyThereTitle: string
  readonly onlyThereText: string
}

export interface LinkProblemWords extends Readonly<Record<LinkProblem, Explanation>> {
  newLinkFor<Part>(address: Part): Sentence<Part>
  readonly newLink: string
  readonly toSignIn: string
  readonly otherAddress: string
}

export interface AccountWords {
  readonly title: string
  readonly admin: string
  readonly signedOutElsewhere: string
  readonly sessions: string
  readonly sessionsText: string
  readonly current: string
  readonly firstSeen: string
  readonly lastSeen: string
  readonly ip: string
  readonly signOut: string
  /** What a screen reader says for a button that ends one session of several. */
  signOutOf(device: string): string
  readonly signOutEverywhere: string
  readonly providers: string
  readonly providersText: string
  /** The ways in that have a name; others show as they are. */
  readonly providerNames: Readonly<Record<string, string>>
  readonly firstUsed: string
  readonly lastUsed: string
  uses(count: number): string
}

export interface SignOutWords {
  readonly title: string
  signedInAs<Part>(address: Part): Sentence<Part>
  readonly button: string
  readonly stay: string
  readonly nobodyTitle: string
  readonly nobodyText: string
  readonly toSignIn: string
}

export interface ProblemWords extends Readonly<Record<PageProblem, Explanation>> {
  retryAfter(seconds: number): string
  readonly toSignIn: string
}

export interface MailboxWords {
  readonly title: string
  readonly text: string
  readonly empty: string
  readonly to: string
  readonly sentAt: string
  readonly code: string
  readonly openLink: string
  readonly asHtml: string
  readonly asText: string
}

/** What the JSON API says, for a page of the application's own to show. */
export interface ApiWords {
  readonly problem: Readonly<Record<ApiProblem, Explanation>>
  /** What a body should have been, for whoever wrote the request. */
  body(required: readonly string[], optional: readonly string[]): string
}
