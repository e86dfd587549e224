import type { Auth, MailMessage } from "../src/index.ts"

const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"

type ApiWatch = (method: string, path: string, response: Response) => Promise<void>
let watch: ApiWatch = () => Promise.resolve()

/** Has every answer of the API looked at before its caller gets it. */
export function watchApi(one: ApiWatch): void {
  watch = one
}

/** As much of a browser as the handler can tell: a cookie jar, an origin, a user agent and a client address. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #auth: Pick<Auth, "handler">
  readonly #origin: string
  readonly #ip: string
  readonly #userAgent: string

  constructor(auth: Pick<Auth, "handler">, origin: string, ip: string, userAgent = FIREFOX) {
    this.#auth = auth
    this.#origin = origin
    this.#ip = ip
    this.#userAgent = userAgent
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send("GET", path, undefined, { "sec-fetch-site": "none", "sec-fetch-mode": "navigate", ...headers })
  }

  post(
    path: string,
    form: Record<string, string> | string = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const body = typeof form === "string" ? form : new URLSearchParams(form).toString()
    const own = {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
      origin: this.#origin,
    }
    return this.send("POST", path, body, { ...own, ...headers })
  }

  /** Calls the JSON API as a script of our own page does. A string goes as it is. */
  async api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body)
    const own = { accept: "*/*", "sec-fetch-site": "same-origin", origin: this.#origin }
    const type = body === undefined ? {} : { "content-type": "application/json" }
    const response = await this.send(method, `/auth/api/${path}`, text, { ...own, ...type, ...headers })
    await watch(method, `/auth/api/${path.split("?", 1)[0]}`, response.clone())
    return response
  }

  /** Opens the link of a message and presses its button, with a match number where this is another browser. */
  press(message: Pick<MailMessage, "link">, match?: string): Promise<Response> {
    const token = new URL(message.link).pathname.split("/").at(-1) ?? ""
    return this.post("/auth/link", { token, ...(match !== undefined && { match }) })
  }

  /** The two-digit number that the page which waits shows. */
  async matchNumber(): Promise<string> {
    const page = await (await this.get("/auth/check-mail")).text()
    return /class="match-number">([0-9]{2})</.exec(page)?.[1] ?? ""
  }

  async send(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const request = new Request(new URL(path, this.#origin), {
      method,
      headers: { accept: "text/html", "user-agent": this.#userAgent, ...(cookie !== "" && { cookie }), ...headers },
      ...(body !== undefined && { body }),
    })
    const response = await this.#auth.handler(request, { remoteAddress: this.#ip })
    for (const set of response.headers.getSetCookie()) this.#keep(set)
    return response
  }

  #keep(setCookie: string): void {
    const pair = setCookie.split(";", 1)[0] ?? ""
    const name = pair.slice(0, pair.indexOf("="))
    const value = pair.slice(pair.indexOf("=") + 1)
    if (value === "") this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
