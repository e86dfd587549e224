import type { Readable, Writable } from "node:stream"
import { isCancel, select, text } from "@clack/prompts"
import type { Answered, AnswerName, Answers } from "./answers.ts"
import { checkAnswer } from "./check-answer.ts"

/** Where questions are asked, where it isn't this process's terminal. */
export interface Streams {
  readonly input?: Readable
  readonly output?: Writable
}

// By hand, so that each question can see the answers before it, and one that is settled isn't asked.
const questions: readonly {
  readonly name: AnswerName
  readonly ask: (known: Answers, streams: Streams) => Promise<unknown>
}[] = [
  { name: "siteName", ask: askSiteName },
  { name: "baseUrl", ask: askBaseUrl },
  { name: "adminEmails", ask: askAdmins },
  { name: "signUp", ask: askSignUp },
  { name: "mail", ask: askMail },
  { name: "framework", ask: askFramework },
]

/** Asks whoever sits at the terminal for all that neither a flag nor the file says. Null when they stopped it. */
export async function askAnswers(known: Answered, streams: Streams = {}): Promise<Answered | null> {
  let { answers, sources } = known
  for (const { name, ask } of questions) {
    if (sources[name] === "flag" || sources[name] === "kept") continue
    const answer = await ask(answers, streams)
    if (isCancel(answer)) return null
    answers = { ...answers, [name]: answer }
    sources = { ...sources, [name]: "asked" }
  }
  return { answers, sources }
}

function askSiteName({ siteName }: Answers, streams: Streams): Promise<unknown> {
  return text({
    ...streams,
    message: "What is the site called, on pages and in mail?",
    initialValue: siteName,
    validate: (value = "") => checkAnswer("SITE_NAME", value) ?? (value.trim() === "" ? "Give it a name." : undefined),
  })
}

function askBaseUrl({ baseUrl }: Answers, streams: Streams): Promise<unknown> {
  return text({
    ...streams,
    message: "Where do people reach it? Leave this for now, and give the https address in production.",
    initialValue: baseUrl,
    validate: (value = "") =>
      checkAnswer("PUBLIC_BASE_URL", value) ??
      (value.trim() === "" ? "Give an address, as https://example.com." : undefined),
  })
}

async function askAdmins(_known: Answers, streams: Streams): Promise<unknown> {
  const answer = await text({
    ...streams,
    message: "Whose address may always sign in, and see /admin? Several with commas, or none.",
    placeholder: "you@example.com",
    validate: (value = "") => checkAnswer("ADMIN_EMAILS", value),
  })
  return isCancel(answer) ? answer : splitAddresses(answer ?? "")
}

function askSignUp({ adminEmails }: Answers, streams: Streams): Promise<unknown> {
  // Without anybody on a list, these two would let nobody in.
  const disabled = adminEmails.length === 0
  const hint = disabled ? "needs an address of yours first" : undefined
  return select({
    ...streams,
    message: "Who may sign in for the first time?",
    options: [
      { value: "open", label: "Anybody", hint: "open" },
      { value: "allowlist", label: "Who is on a list, and you", hint: hint ?? "allowlist", disabled },
      { value: "closed", label: "Nobody but you", hint: hint ?? "closed", disabled },
    ],
  })
}

function askMail(_known: Answers, streams: Streams): Promise<unknown> {
  return select({
    ...streams,
    message: "How does mail leave?",
    options: [
      { value: "mailbox", label: "Not yet: I read it at /dev/mailbox", hint: "development" },
      { value: "smtp", label: "By SMTP", hint: "you fill in SMTP_URL" },
      { value: "resend", label: "By Resend", hint: "you fill in RESEND_API_KEY" },
    ],
  })
}

function askFramework({ framework }: Answers, streams: Streams): Promise<unknown> {
  return select({
    ...streams,
    message: "What is it for?",
    initialValue: framework,
    options: [
      { value: "node", label: "node:http" },
      { value: "hono", label: "Hono" },
      { value: "express", label: "Express" },
      { value: "fastify", label: "Fastify" },
      { value: "next", label: "Next.js" },
      { value: "sveltekit", label: "SvelteKit" },
      { value: "server", label: "Any application, behind its proxy", hint: "linklatch serve" },
    ],
  })
}

function splitAddresses(list: string): readonly string[] {
  return list
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "")
}
