import { findResponseFaults } from "./response-faults.ts"

const SESSION_GIVEN = /^__Host-linklatch_session=[^;]/
// As stacks and databases talk (ASVS 16.5.1).
const INSIDES = /node:internal|\n\s+at \S|SQLITE|sqlite_|TypeError|\.ts:[0-9]/

/** What no answer to hostile input may be: a fault, without our headers, a session, or talkative. */
export async function findAnswerFaults(response: Response): Promise<readonly string[]> {
  const { status, headers } = response
  const text = await response.text()
  const isAsset = headers.get("cache-control")?.startsWith("public") === true
  const isProblem = text !== "" && headers.get("content-type") === "application/problem+json"
  const given = headers.getSetCookie().filter((cookie) => SESSION_GIVEN.test(cookie))
  return [
    ...findResponseFaults(response, { isAsset }),
    ...(status >= 500 ? [`status ${status}`] : []),
    ...given.map((cookie) => `a session: ${cookie}`),
    ...(INSIDES.test(text) ? [`insides: ${text.slice(0, 200)}`] : []),
    ...(isProblem ? problemFaults(JSON.parse(text), status) : []),
  ]
}

// RFC 9457 §3.1, and a code of ours to match on.
function problemFaults(problem: Record<string, unknown>, status: number): readonly string[] {
  const isWhole = Object.keys(problem).toSorted().join() === "code,detail,status,title,type"
  const isTyped =
    ["code", "detail", "title", "type"].every((name) => typeof problem[name] === "string") &&
    problem["status"] === status
  return isWhole && isTyped ? [] : [`problem ${JSON.stringify(problem)}`]
}
