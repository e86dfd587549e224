import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { sitePage } from "./site-links.ts"

export interface Section {
  readonly text: string
  readonly items: readonly { readonly text: string; readonly file: string }[]
}

const root = join(import.meta.dirname, "../..")

/** What the site shows beside every page, in its order. The build fails when a page of docs/ is not here. */
export const sections: readonly Section[] = [
  {
    text: "Start",
    items: [
      { text: "What it is", file: "docs/index.md" },
      { text: "Tutorial", file: "docs/tutorial.md" },
      { text: "Examples", file: "examples/README.md" },
    ],
  },
  {
    text: "In your application",
    items: [
      { text: "node:http", file: "docs/guides/node-http.md" },
      { text: "Express", file: "docs/guides/express.md" },
      { text: "Fastify", file: "docs/guides/fastify.md" },
      { text: "Hono", file: "docs/guides/hono.md" },
      { text: "Next.js", file: "docs/guides/nextjs.md" },
      { text: "SvelteKit", file: "docs/guides/sveltekit.md" },
      { text: "Your own pages", file: "docs/guides/your-own-pages.md" },
    ],
  },
  {
    text: "In front of an application",
    items: [
      { text: "nginx", file: "docs/guides/nginx.md" },
      { text: "Caddy", file: "docs/guides/caddy.md" },
      { text: "Traefik", file: "docs/guides/traefik.md" },
      { text: "Django behind it", file: "docs/guides/django.md" },
    ],
  },
  {
    text: "Mail",
    items: [
      { text: "SMTP and DNS", file: "docs/guides/smtp-and-dns.md" },
      { text: "Resend", file: "docs/guides/resend.md" },
    ],
  },
  {
    text: "Running it",
    items: [
      { text: "Going live: a checklist", file: "docs/guides/production-checklist.md" },
      { text: "From one machine to many", file: "docs/guides/many-machines.md" },
      { text: "Client addresses", file: "docs/guides/client-addresses.md" },
      { text: "Erasing a person", file: "docs/guides/erase-a-person.md" },
      { text: "Exporting the log", file: "docs/guides/export-the-log.md" },
      { text: "Moving to another database", file: "docs/guides/move.md" },
      { text: "Rotating secrets", file: "docs/guides/rotating-secrets.md" },
      { text: "Verifying the log", file: "docs/guides/verify-the-log.md" },
      { text: "Witnesses", file: "docs/guides/witness.md" },
      { text: "Operations", file: "docs/operations.md" },
      { text: "Figures", file: "docs/figures.md" },
    ],
  },
  {
    text: "Moving here",
    items: [
      { text: "From Better Auth", file: "docs/guides/from-better-auth.md" },
      { text: "From Auth.js", file: "docs/guides/from-authjs.md" },
      { text: "From django-sesame", file: "docs/guides/from-django-sesame.md" },
    ],
  },
  {
    text: "Reference",
    items: [
      { text: "Library", file: "docs/reference/library.md" },
      { text: "JSON API", file: "docs/reference/json-api.md" },
      { text: "Settings", file: "docs/reference/settings.md" },
      { text: "Commands", file: "docs/reference/commands.md" },
      { text: "Events", file: "docs/reference/events.md" },
      { text: "Errors", file: "docs/errors.md" },
    ],
  },
  {
    text: "How it works",
    items: [
      { text: "The life of a link", file: "docs/life-of-a-link.md" },
      { text: "Threat model", file: "docs/threat-model.md" },
      { text: "What the log proves, and what it does not", file: "docs/what-the-log-proves.md" },
      { text: "Format of the audit log", file: "docs/audit-log-format.md" },
      { text: "Checks", file: "docs/checks.md" },
      { text: "Glossary", file: "docs/glossary.md" },
    ],
  },
]

export const decisions: Section = {
  text: "Decisions",
  items: globSync("decisions/*.md", { cwd: root })
    .sort()
    .filter((file) => basename(file) !== "README.md")
    .map((file) => ({ text: titleOf(file), file })),
}

/** The first heading of a page of the repository. */
function titleOf(file: string): string {
  return /^# (.+)$/m.exec(readFileSync(join(root, file), "utf8"))?.[1] ?? file
}

export function sidebar() {
  const open = sections.map(({ text, items }) => ({ text, items: items.map(toLink) }))
  return [...open, { text: decisions.text, collapsed: true, items: decisions.items.map(toLink) }]
}

function toLink({ text, file }: { readonly text: string; readonly file: string }) {
  return { text, link: `/${sitePage(file).replace(/(?:index)?\.md$/, "")}` }
}
