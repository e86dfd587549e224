/** All that a client sees of an answer, as text to compare. A cookie counts with its name, length and attributes. */
export async function seenIn(response: Response, mask: (body: string) => string = String): Promise<string> {
  const cookies = response.headers.getSetCookie().map(withoutValue)
  const headers = [...response.headers].filter(([name]) => name !== "set-cookie").map((pair) => pair.join(": "))
  const body = mask(await response.text())
  return [`${response.status}`, ...headers, ...cookies, `${Buffer.byteLength(body)} bytes`, body].join("\n")
}

export function startsSession(response: Response): boolean {
  return response.headers.getSetCookie().some((cookie) => /^__Host-linklatch_session=[^;]/.test(cookie))
}

function withoutValue(cookie: string): string {
  const [pair = "", ...attributes] = cookie.split(";")
  const [name, value = ""] = pair.split("=", 2)
  return `set-cookie: ${name}=${value.length} characters;${attributes.join(";")}`
}
