import { createApp } from "../app.ts"
import { seenIn, startsSession } from "./answers.ts"

/** Forms to post all at once, from browsers with these cookies. */
export interface Posts {
  readonly ip: string
  readonly cookies: readonly (readonly [string, string])[]
  readonly forms: readonly { readonly path: string; readonly form: Record<string, string> }[]
}

/** How many of them signed in, and each different answer that the others got. */
export interface Posted {
  readonly sessions: number
  readonly others: readonly string[]
}

// One process of several with a site of its own on one file; it says "ready" when it can take posts.
const app = createApp({
  path: process.argv[2] ?? "",
  worker: false,
  limits: { redeemClient: { max: 1_000, minutes: 15 } },
})

process.on("message", async ({ ip, cookies, forms }: Posts) => {
  const browser = app.browser({ ip })
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  const responses = await Promise.all(forms.map(({ path, form }) => browser.post(path, form)))
  const others = responses.filter((response) => !startsSession(response))
  const posted: Posted = {
    sessions: responses.length - others.length,
    others: await Promise.all(others.map((response) => seenIn(response))),
  }
  process.send?.(posted)
})
process.on("disconnect", () => app.close())
process.send?.("ready")
