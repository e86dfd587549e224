import type { SchemaName } from "./schemas.ts"

/** What the OpenAPI file says of a route beside what the route answers. */
export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly body?: SchemaName
  /** The schema of its success, where that has a body. */
  readonly answer?: SchemaName
  /** Which cookies it stands on: with `?`, it works without one too. */
  readonly cookies: readonly ("session" | "session?" | "flow" | "flow?")[]
  readonly parameters?: Readonly<Record<string, string>>
}

/** By method and path, as in `src/http/routes.ts`: the script refuses a route without one, and one without a route. */
export const operations: Readonly<Record<string, Operation>> = {
  "POST /auth/api/sign-in": {
    operationId: "signIn",
    summary: "Ask for a link and a code",
    description:
      "Takes an address and sets the flow cookie. Whether a mail goes out is decided later: the answer is the same for every well-formed address. It shares its limits with the page.",
    body: "SignInBody",
    answer: "PendingSignIn",
    cookies: ["flow?"],
  },
  "POST /auth/api/link": {
    operationId: "useLink",
    summary: "Sign in with a link",
    description:
      "Uses the link up and sets the session cookie. In another browser than the one that asked, it needs the match number; a call without one costs no try. Called again in the browser that it signed in, it answers the same.",
    body: "LinkBody",
    answer: "SignedIn",
    cookies: ["flow?"],
  },
  "POST /auth/api/code": {
    operationId: "useCode",
    summary: "Sign in with a code",
    description:
      "Uses the code up, in the browser that asked, and sets the session cookie. Called again in the browser that it signed in, it answers the same.",
    body: "CodeBody",
    answer: "SignedIn",
    cookies: ["flow"],
  },
  "GET /auth/api/session": {
    operationId: "getSession",
    summary: "Who is signed in",
    description: "Tells nobody with nulls, not with an error, and takes a cookie back that stands for nobody.",
    answer: "CurrentSession",
    cookies: ["session?"],
  },
  "POST /auth/api/sign-out": {
    operationId: "signOut",
    summary: "Sign out",
    description:
      "Ends the session at once, takes the cookie back and has the browser clear what it kept of the site. Whoever is signed out already gets the same answer. Programs that are no browser send `Content-Type: application/json`.",
    cookies: ["session?"],
  },
  "GET /auth/api/sessions": {
    operationId: "listSessions",
    summary: "Where one is signed in",
    description: "The person's live sessions.",
    answer: "Sessions",
    cookies: ["session"],
  },
  "DELETE /auth/api/sessions": {
    operationId: "endAllSessions",
    summary: "Sign out everywhere",
    description: "Ends every session of the person, this one too, and links and codes that are still out.",
    cookies: ["session"],
  },
  "DELETE /auth/api/sessions/:id": {
    operationId: "endSession",
    summary: "End a session",
    description: "Ends one of the person's own sessions. If it is the one that asks, that is signing out.",
    cookies: ["session"],
    parameters: { id: "The `id` of a session in the list." },
  },
}
