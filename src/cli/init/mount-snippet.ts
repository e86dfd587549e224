import type { Answers } from "./answers.ts"
import type { Framework } from "./find-framework.ts"

/** A file that somebody puts into their application, or a part of one that they have. */
export interface SnippetFile {
  readonly path: string
  readonly text: string
}

type Mounted = Exclude<Framework, "server">

/** How Linklatch is mounted in a framework: one file that builds it, and the lines that give it its requests. */
export function mountSnippet(framework: Mounted, answers: Answers, isTypeScript: boolean): readonly SnippetFile[] {
  const extension = isTypeScript ? "ts" : "js"
  const { auth, mount } = places[framework](extension)
  return [{ path: auth, text: authFile(framework, answers) }, mount]
}

const places: Readonly<Record<Mounted, (extension: "ts" | "js") => { auth: string; mount: SnippetFile }>> = {
  node: (extension) => ({
    auth: `auth.${extension}`,
    mount: {
      path: `server.${extension}`,
      text: `import { createServer } from "node:http"
import { mount } from "linklatch/node"
import { auth } from "./auth.${extension}"

// "app" is your own listener: it gets every request that isn't ours.
createServer(mount(auth, app)).listen(3000)`,
    },
  }),
  hono: (extension) => ({
    auth: `auth.${extension}`,
    mount: {
      path: `app.${extension}`,
      text: `import { mount } from "linklatch/hono"
import { auth } from "./auth.${extension}"

app.use(mount(auth))`,
    },
  }),
  express: (extension) => ({
    auth: `auth.${extension}`,
    mount: {
      path: `app.${extension}`,
      text: `import { mount } from "linklatch/express"
import { auth } from "./auth.${extension}"

app.use(mount(auth))`,
    },
  }),
  fastify: (extension) => ({
    auth: `auth.${extension}`,
    mount: {
      path: `app.${extension}`,
      text: `import { mount } from "linklatch/fastify"
import { auth } from "./auth.${extension}"

await app.register(mount(auth))`,
    },
  }),
  next: (extension) => ({
    auth: `auth.${extension}`,
    mount: {
      path: `app/auth/[[...path]]/route.${extension}`,
      text: `import { auth } from "@/auth"

// Next doesn't tell who connects: take the address from the header that your own proxy sets, and no client can.
const handle = (request) => auth.handler(request, { remoteAddress: request.headers.get("x-real-ip") ?? "" })

export { handle as DELETE, handle as GET, handle as POST }`,
    },
  }),
  sveltekit: (extension) => ({
    auth: `src/lib/server/auth.${extension}`,
    mount: {
      path: `src/hooks.server.${extension}`,
      text: `import { auth } from "$lib/server/auth"

export const handle = ({ event, resolve }) =>
  /^\\/auth(\\/|$)/.test(event.url.pathname)
    ? auth.handler(event.request, { remoteAddress: event.getClientAddress() })
    : resolve(event)`,
    },
  }),
}

function authFile(framework: Mounted, { adminEmails, signUp, mail }: Answers): string {
  const env = framework === "sveltekit" ? "env" : "process.env"
  const text = (name: string) => `${env}.${name} ?? ""`
  return [
    ...(framework === "sveltekit" ? [`import { env } from "$env/dynamic/private"`] : []),
    `import { linklatch } from "linklatch"`,
    ...(mail === "resend" ? [`import { resend } from "linklatch/resend"`] : []),
    ...(mail === "smtp" ? [`import { smtp } from "linklatch/smtp"`] : []),
    `import { sqlite } from "linklatch/sqlite"`,
    "",
    "export const auth = linklatch({",
    `  baseUrl: ${text("PUBLIC_BASE_URL")},`,
    `  siteName: ${text("SITE_NAME")},`,
    `  secret: (${text("LINKLATCH_SECRET")}).split(","),`,
    `  store: sqlite("linklatch.db"),`,
    ...mailLines(mail, text),
    ...(adminEmails.length === 0 ? [] : [`  adminEmails: (${text("ADMIN_EMAILS")}).split(","),`]),
    ...(signUp === "open"
      ? []
      : [`  signUp: "${signUp}",${signUp === "allowlist" ? " // and allowedEmails, allowedDomains" : ""}`]),
    "})",
  ].join("\n")
}

function mailLines(mail: Answers["mail"], text: (name: string) => string): readonly string[] {
  const from = `from: ${text("MAIL_FROM")}`
  if (mail === "smtp") return [`  mail: smtp({ url: ${text("SMTP_URL")}, ${from} }),`]
  if (mail === "resend") return [`  mail: resend({ apiKey: ${text("RESEND_API_KEY")}, ${from} }),`]
  return ["  // No mail yet: while you develop, the link is in the log. In production it doesn't start without."]
}
