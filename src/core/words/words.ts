/** Every word that a person reads, one file a language: `en.ts` and `de.ts`. A language that lacks one doesn't compile. */
export interface Words {
  /** A BCP 47 tag, for `lang` and for dates. */
  readonly locale: string
  readonly mail: MailWords
  readonly pages: PageWords
}

/** The message with the link and the code. */
export interface MailWords {
  /** "Login to Example" */
  subject(siteName: string): string
}

/** The pages. */
export interface PageWords {
  readonly signIn: { readonly title: string }
}
