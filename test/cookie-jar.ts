type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A `fetch` that keeps cookies between calls, as a browser does. What it doesn't do is mark what it sends: it is a program. */
export function withCookies(fetch: Fetch): Fetch & { readonly cookies: Map<string, string> } {
  const cookies = new Map<string, string>()
  const send: Fetch = async (url, init) => {
    const headers = new Headers(init.headers)
    if (cookies.size > 0) headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "))
    const response = await fetch(url, { ...init, headers })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === "") cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  return Object.assign(send, { cookies })
}
