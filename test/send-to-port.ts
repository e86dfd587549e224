/** Sends a request to a server on this machine, whatever host it names; `headers` go with it. */
export async function sendToPort(
  request: Request,
  port: number,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const all = { ...Object.fromEntries(request.headers), ...headers }
  const body = request.body === null ? {} : { body: await request.text() }
  return fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
    method: request.method,
    headers: all,
    redirect: "manual",
    ...body,
  })
}
