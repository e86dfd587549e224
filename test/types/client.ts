// The client from a page's script, or from a server on a visitor's behalf.
import { type ClientError, type ClientOptions, createClient, type ProblemCode, type Session } from "linklatch/client"

const client = createClient()
createClient({ baseUrl: undefined, fetch: undefined, headers: undefined })
createClient({ baseUrl: "https://shop.example", fetch, headers: { cookie: "a=b" } })
const options: ClientOptions = { fetch: async (url, init) => new Response(`${init.method} ${url}`) }
createClient(options)

export async function ask(email: string, next: string | null): Promise<number | string> {
  const { data, error } = await client.signIn.email({ email, next })
  return error === null ? data.matchNumber : error.detail
}

export async function enter(code: string, token?: string): Promise<string> {
  const result = await (token === undefined ? client.signIn.code({ code }) : client.signIn.link({ token, match: code }))
  if (result.error === null) return result.data.next ?? `/of/${result.data.user.displayName}`
  return describe(result.error)
}

function describe(error: ClientError): string {
  switch (error.code) {
    case "wrong_code":
      return `${error.triesLeft.toFixed()} left`
    case "wrong_browser":
      return `${error.matchTriesLeft.toFixed()} left`
    case "rate_limited":
    case "unavailable":
      return `in ${error.retryAfterSeconds.toFixed()} s`
    case "network_error":
    case "bad_response":
      return `${error.status}`
    default:
      return error.code satisfies ProblemCode
  }
}

export async function others(): Promise<readonly Session[]> {
  const { data } = await client.sessions.list()
  for (const { id, isCurrent } of data?.sessions ?? []) if (!isCurrent) await client.sessions.revoke(id)
  const { data: current } = await client.session()
  if (current?.user) current.session.expiresAt satisfies string
  const { data: isDone } = await client.signOut()
  return isDone ? [] : (data?.sessions ?? [])
}
