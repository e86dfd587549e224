import type { ProblemCode } from "../../src/core/problem-code.ts"
import { provocations } from "./provocations.ts"
import { openSite } from "./site.ts"

/** One answer of a real site. */
export interface RecordedAnswer {
  readonly operation: string
  /** The code of a problem, or what its success shows. */
  readonly name: string
  readonly isProblem: boolean
  readonly status: number
  readonly headers: readonly string[]
  readonly body: object | null
}

/** Gets every answer that the API knows, each out of a site of its own, in the order of the provocations. */
export async function recordAnswers(): Promise<readonly RecordedAnswer[]> {
  const answers: RecordedAnswer[] = []
  for (const { operation, name = "", get } of provocations) {
    const site = openSite()
    const response = await get(site)
    const text = await response.text()
    const body = text === "" ? null : (JSON.parse(steady(text)) as object & { code?: ProblemCode })
    const isProblem = response.headers.get("content-type") === "application/problem+json"
    const headers = [...new Set([...response.headers.keys()])]
    const { status } = response
    answers.push({ operation, name: isProblem ? (body?.code ?? "") : name, isProblem, status, headers, body })
    await site.app.close()
  }
  return answers
}

// What is random is put in order, so that the file is the same whenever it is written.
function steady(text: string): string {
  const ids = new Map<string, string>()
  return text
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      const known = ids.get(id) ?? `${id.slice(0, 13)}-7000-8000-${String(ids.size + 1).padStart(12, "0")}`
      ids.set(id, known)
      return known
    })
    .replace(/"matchNumber":\d\d/, '"matchNumber":47')
}
