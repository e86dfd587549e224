import { findResponseFaults } from "./response-faults.ts"

const SESSION_GIVEN = /^__Host-linklatch_session=[^;]/
// As stacks and databases talk (ASVS 16.5.1).
const INSIDES = /node:internal|\n\s+at \S|SQLITE|sqlite_|TypeError|\.ts:[0-9]/

/** What no answer to hostile input may be: a fault, without our headers, a session, or talkative. */
export async function findAnswerFaults(response: Response, { isApi = false } = {}): Promise<readonly string[]> {
  const { status, headers } = response
  const text = await response.text()
  const isPublic = headers.get("content-type") === "application/jwk-set+json"
  const isAsset = !isPublic && headers.get("cache-control")?.startsWith("public") === true
  const isProblem = headers.get("content-type") === "application/problem+json"
  const given = headers.getSetCookie().filter((cookie) => SESSION_GIVEN.test(cookie))
  return [
    ...findResponseFaults(response, { isAsset, isApi, isPublic }),
    ...(status >= 500 ? [`status ${status}`] : []),
    ...given.map((cookie) => `a session: ${cookie}`),
    ...(INSIDES.test(text) ? [`insides: ${text.slice(0, 200)}`] : []),
    ...(isProblem && text !== "" ? problemFaults(JSON.parse(text), status) : []),
    ...(isApi && status >= 400 && !isProblem ? ["no problem"] : []),
  ]
}

// RFC 9457 §3.1, a code of ours to match on, and how many tries are left of those that count.
const COUNTED: Readonly<Record<string, string>> = { wrong_code: "triesLeft", wrong_browser: "matchTriesLeft" }

function problemFaults(problem: Record<string, unknown>, status: number): readonly string[] {
  const count = COUNTED[String(problem["code"])]
  const names = ["code", "detail", "status", "title", "type", ...(count === undefined ? [] : [count])]
  const isWhole = Object.keys(problem).toSorted().join() === names.toSorted().join()
  const isTyped =
    ["code", "detail", "title", "type"].every((name) => typeof problem[name] === "string") &&
    problem["status"] === status
  return isWhole && isTyped ? [] : [`problem ${JSON.stringify(problem)}`]
}
