import type { Answers } from "./answers.ts"
import type { Framework } from "./find-framework.ts"

/** A file that somebody puts into their application, or lines for one that they have. */
export interface SnippetFile {
  readonly path: string
  readonly text: string
}

type Mounted = Exclude<Framework, "server">

/** How Linklatch is mounted in a framework: the file that builds it, then what gives it its requests. */
export function mountSnippet(
  framework: Mounted,
  answers: Answers,
  isTypeScript: boolean,
): readonly [SnippetFile, ...SnippetFile[]] {
  const { auth, mounts } = places[framework](isTypeScript ? "ts" : "js")
  const text = framework === "next" || framework === "sveltekit" ? lateAuth(answers, isTypeScript) : earlyAuth(answers)
  return [{ path: auth, text }, ...mounts]
}

type Extension = "ts" | "js"
type Places = (extension: Extension) => { readonly auth: string; readonly mounts: readonly SnippetFile[] }

const places: Readonly<Record<Mounted, Places>> = {
  node: (extension) => ({ auth: `auth.${extension}`, mounts: [nodeMount(extension)] }),
  hono: (extension) => inApp("hono", extension, "app.use(mount(auth))"),
  express: (extension) => inApp("express", extension, "app.use(mount(auth))"),
  fastify: (extension) => inApp("fastify", extension, "await app.register(mount(auth))"),
  next: (extension) => ({ auth: `lib/auth.${extension}`, mounts: nextMounts(extension) }),
  sveltekit: (extension) => ({ auth: `src/lib/server/auth.${extension}`, mounts: svelteKitMounts(extension) }),
}

function file(path: string, ...lines: readonly string[]): SnippetFile {
  return { path, text: lines.join("\n") }
}

function nodeMount(extension: Extension): SnippetFile {
  return file(
    `server.${extension}`,
    `import { createServer } from "node:http"`,
    `import { mount } from "linklatch/node"`,
    `import { auth } from "./auth.${extension}"`,
    "",
    `// "app" is your own (request, response): it gets all that isn't ours.`,
    "createServer(mount(auth, app)).listen(3000)",
  )
}

function inApp(framework: "hono" | "express" | "fastify", extension: Extension, line: string): ReturnType<Places> {
  const imports = [`import { mount } from "linklatch/${framework}"`, `import { auth } from "./auth.${extension}"`]
  return { auth: `auth.${extension}`, mounts: [file(`app.${extension}`, ...imports, "", line)] }
}

// It must not be bundled: its pages' styles and its tables are files beside its code.
function nextMounts(extension: Extension): readonly SnippetFile[] {
  const type = extension === "ts" ? ": Request" : ""
  return [
    file(
      `app/auth/[...path]/route.${extension}`,
      `import { auth } from "../../../lib/auth"`,
      "",
      `async function handle(request${type}) {`,
      "  // What your proxy wrote last is whom it heard. Nobody may reach Next but through that proxy.",
      `  const remoteAddress = request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim()`,
      "  return auth().handler(request, remoteAddress === undefined ? {} : { remoteAddress })",
      "}",
      "",
      "export { handle as DELETE, handle as GET, handle as POST }",
    ),
    file(`next.config.${extension}`, `serverExternalPackages: ["linklatch"]`),
  ]
}

// In front, not in a hook: SvelteKit refuses forms of pages that hide their address, as ours with a token do.
function svelteKitMounts(extension: Extension): readonly SnippetFile[] {
  const auth = `import { auth } from "./src/lib/server/auth.${extension}"`
  return [
    file(
      `vite.config.${extension}`,
      `import { mount } from "linklatch/node"`,
      auth,
      "",
      "// among the plugins, for development:",
      `{ name: "linklatch", configureServer: ({ middlewares }) => void middlewares.use(mount(auth())) }`,
    ),
    file(
      `server.${extension}`,
      `import { createServer } from "node:http"`,
      `import { mount } from "linklatch/node"`,
      `import { handler } from "./build/handler.js" // of @sveltejs/adapter-node`,
      auth,
      "",
      "createServer(mount(auth(), handler)).listen(3000)",
    ),
  ]
}

function earlyAuth(answers: Answers): string {
  return [...importLines(answers), "", "export const auth = linklatch({", ...options(answers, "  "), "})"].join("\n")
}

// A function, as builds load this file too; and one for all copies of it, of which bundlers and reloads make several.
function lateAuth(answers: Answers, isTypeScript: boolean): string {
  const [first = "", ...more] = importLines(answers)
  return [
    isTypeScript ? first.replace("{ linklatch }", "{ type Auth, linklatch }") : first,
    ...more,
    "",
    isTypeScript ? "const kept = globalThis as { auth?: Auth }" : "const kept = globalThis",
    "",
    "export function auth() {",
    "  kept.auth ??= linklatch({",
    ...options(answers, "    "),
    "  })",
    "  return kept.auth",
    "}",
  ].join("\n")
}

function importLines({ mail }: Answers): readonly string[] {
  return [
    `import { linklatch } from "linklatch"`,
    ...(mail === "mailbox" ? [] : [`import { ${mail} } from "linklatch/${mail}"`]),
    `import { sqlite } from "linklatch/sqlite"`,
  ]
}

function options({ adminEmails, signUp, mail }: Answers, indent: string): readonly string[] {
  const text = (name: string) => `process.env.${name} ?? ""`
  const list = (name: string) => `(${text(name)}).split(",")`
  const from = `from: ${text("MAIL_FROM")}`
  const lists = signUp === "allowlist" ? " // and allowedEmails, allowedDomains" : ""
  return [
    `baseUrl: ${text("PUBLIC_BASE_URL")},`,
    `siteName: ${text("SITE_NAME")},`,
    `secret: ${list("LINKLATCH_SECRET")},`,
    `store: sqlite("linklatch.db"),`,
    ...(mail === "mailbox" ? ["// No mail yet: while you develop, the link is in the log. Production needs it."] : []),
    ...(mail === "smtp" ? [`mail: smtp({ url: ${text("SMTP_URL")}, ${from} }),`] : []),
    ...(mail === "resend" ? [`mail: resend({ apiKey: ${text("RESEND_API_KEY")}, ${from} }),`] : []),
    ...(adminEmails.length === 0 ? [] : [`adminEmails: ${list("ADMIN_EMAILS")},`]),
    ...(signUp === "open" ? [] : [`signUp: "${signUp}",${lists}`]),
  ].map((line) => indent + line)
}
