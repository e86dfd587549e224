import type { RecordedAnswer } from "./record-answers.ts"
import type { SchemaName } from "./schemas.ts"

// By their names in lower case, as Fetch gives them.
const HEADERS: Readonly<Record<string, readonly [name: string, description: string]>> = {
  "set-cookie": ["Set-Cookie", "Cookies for this host alone, `HttpOnly`."],
  "clear-site-data": ["Clear-Site-Data", "Has the browser forget what it kept of the site."],
  "ratelimit-policy": ["RateLimit-Policy", "The limit that counts this client (draft-ietf-httpapi-ratelimit-headers)."],
  ratelimit: ["RateLimit", "What is left of it, and for how many seconds."],
  "retry-after": ["Retry-After", "In how many seconds to come back."],
  "www-authenticate": ["WWW-Authenticate", "Where people sign in."],
}
const WORDS: Readonly<Record<number, string>> = { 200: "Done.", 202: "Asked.", 204: "Done; there is nothing to say." }

/** The `responses` of an operation: a status each, with every code that came with it and an example of each. */
export function describeAnswers(
  answers: readonly RecordedAnswer[],
  successSchema: SchemaName | undefined,
): Record<string, object> {
  const statuses = [...new Set(answers.map(({ status }) => status))].toSorted((a, b) => a - b)
  const describe = (status: number) =>
    describeStatus(
      answers.filter((answer) => answer.status === status),
      successSchema,
    )
  return Object.fromEntries(statuses.map((status) => [String(status), describe(status)]))
}

function describeStatus(alike: readonly RecordedAnswer[], successSchema: SchemaName | undefined): object {
  const [first] = alike
  if (first === undefined) return {}
  const codes = [...new Set(alike.map(({ name }) => name))]
  if (first.isProblem) {
    const description = codes.map((code) => `\`${code}\``).join(", ")
    return { description, ...describeHeaders(alike), content: describeProblems(alike, codes) }
  }
  const content = successSchema && {
    "application/json": { schema: { $ref: `#/components/schemas/${successSchema}` }, examples: examplesOf(alike) },
  }
  return { description: WORDS[first.status], ...describeHeaders(alike), ...(content && { content }) }
}

function describeHeaders(alike: readonly RecordedAnswer[]): object {
  const sent = Object.entries(HEADERS).filter(([name]) => alike.some((answer) => answer.headers.includes(name)))
  if (sent.length === 0) return {}
  const described = sent.map(([, [name, description]]) => [name, { description, schema: { type: "string" } }])
  return { headers: Object.fromEntries(described) }
}

function describeProblems(alike: readonly RecordedAnswer[], codes: readonly string[]): object {
  const schema = { allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code: { enum: codes } } }] }
  return { "application/problem+json": { schema, examples: examplesOf(alike) } }
}

// Where two are called the same, the first is shown.
function examplesOf(alike: readonly RecordedAnswer[]): object {
  const examples: Record<string, object> = {}
  for (const { name, body } of alike) examples[name.replaceAll(" ", "-")] ??= { value: body }
  return examples
}
