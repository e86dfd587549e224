/** What an answer of a site without its store may not be: other than 503, without `Retry-After`, a sign-out. */
export async function findAwayFaults(response: Response): Promise<readonly string[]> {
  const { status, headers } = response
  const text = await response.text()
  const [type, retryAfter] = [headers.get("content-type"), headers.get("retry-after")]
  const isProblem = type === "application/problem+json" && JSON.parse(text).code === "unavailable"
  return [
    ...(status === 503 ? [] : [`status ${status}`]),
    ...(/^[1-9][0-9]*$/.test(retryAfter ?? "") ? [] : [`Retry-After ${retryAfter}`]),
    ...headers.getSetCookie().map((cookie) => `sets ${cookie.slice(0, 40)}`),
    ...(headers.has("clear-site-data") ? ["clears the site's data"] : []),
    ...(isProblem || type === "text/html; charset=utf-8" ? [] : [`type ${type}`]),
  ]
}
