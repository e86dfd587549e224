import type { ApiWords } from "./words.ts"

export const enApi: ApiWords = {
  problem: {
    not_signed_in: { title: "You're not signed in", text: "Sign in first, then try again." },
    unknown_session: { title: "There is no such session", text: "It may have ended already." },
    invalid_email: {
      title: "That is no email address",
      text: "We can't send to that address. Check it for typing slips.",
    },
    invalid_code: {
      title: "That is no code",
      text: "The code has six digits. Look at the message and type it again.",
    },
    wrong_code: { title: "That is not the code", text: "Look at the newest message and type its code." },
    code_used: {
      title: "This code has been used",
      text: "Each message signs in once. If that wasn't you, sign in again and end the sessions that you don't know.",
    },
    code_expired: { title: "This code has expired", text: "Ask for a new message." },
    code_superseded: {
      title: "This code no longer works",
      text: "It is from an older message, or you have signed in since. Use the newest message.",
    },
    no_pending_sign_in: {
      title: "Nobody is signing in in this browser",
      text: "A code works in the browser that asked for it. Ask for a new message here.",
    },
    wrong_browser: {
      title: "This link was requested in another browser",
      text: "That browser shows a two-digit number: type it here.",
    },
  },
  body: (required, optional) =>
    `Send a JSON object with ${fields(required, optional)}; nothing else. All values are strings.`,
}

function fields(required: readonly string[], optional: readonly string[]): string {
  return optional.length === 0 ? quoted(required) : `${quoted(required)} and, if you like, ${quoted(optional)}`
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ")
