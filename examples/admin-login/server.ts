// The login of a site's administrators, without passwords. `npm run example admin-login`
import { randomBytes } from "node:crypto"
import { createServer } from "node:http"
import { type Log, linklatch } from "linklatch"
import { mount } from "linklatch/node"
import { resend } from "linklatch/resend"
import { sqlite } from "linklatch/sqlite"

const { env } = process
const REQUIRED = ["PUBLIC_BASE_URL", "LINKLATCH_SECRET", "RESEND_API_KEY", "RESEND_FROM", "ADMIN_EMAILS"]
const missing = REQUIRED.filter((name) => !env[name])
if (env.NODE_ENV === "production" && missing.length > 0) {
  console.error(`Production needs ${missing.join(", ")}.`)
  process.exit(1)
}

const { PORT = "3000", RESEND_API_KEY, RESEND_FROM = "", RESEND_BASE_URL = "https://api.resend.com" } = env
const baseUrl = env.PUBLIC_BASE_URL ?? `http://localhost:${PORT}`

const auth = linklatch({
  baseUrl,
  siteName: env.SITE_NAME ?? "Administration",
  secret: env.LINKLATCH_SECRET ?? randomBytes(32).toString("base64"),
  store: sqlite("admin.db"),
  // Who isn't listed sees the same pages, and gets no mail. Nobody can tell from outside who is.
  adminEmails: list(env.ADMIN_EMAILS ?? "admin@example.com"),
  signUp: "allowlist",
  linkTtlMinutes: 15,
  limits: {
    askClient: { max: 5, minutes: 15 },
    redeemClient: { max: 20, minutes: 15 },
  },
  // Without a key the link is a line of the log, `magic_link_dev_fallback`: in development only.
  ...(RESEND_API_KEY && { mail: resend({ apiKey: RESEND_API_KEY, from: RESEND_FROM, baseUrl: RESEND_BASE_URL }) }),
  trustedProxies: list(env.TRUSTED_PROXIES ?? ""),
  log: jsonLog(),
})

const server = createServer(
  mount(
    auth,
    ({ url }, response) => {
      if (url === "/") response.writeHead(303, { Location: "/admin" }).end()
      else response.writeHead(404).end("Not found\n")
    },
    { admin: true },
  ),
)
server.listen(Number(PORT), "127.0.0.1", () => console.log(`Open ${baseUrl}/admin`))

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close(() => auth.close()))
}

/** Each event of the audit log comes along as `auth_event`, mail addresses masked. The log itself is in `auth_events`. */
function jsonLog(): Log {
  const plain = (_key: string, value: unknown) => (value instanceof Error ? value.stack : value)
  const write = (level: string) => (event: string, fields?: object) =>
    console.log(JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }, plain))
  return { info: write("info"), warn: write("warn"), error: write("error") }
}

function list(text: string): string[] {
  return text.split(",").flatMap((item) => item.trim() || [])
}
