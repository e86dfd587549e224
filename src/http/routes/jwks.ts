import type { Answer } from "../answer.ts"
import { replyHeaders } from "../respond.ts"
import type { Visit } from "../visit.ts"

// Whoever verifies needn't ask for each request. A kid that they don't know must make them ask again.
const FIVE_MINUTES = "public, max-age=300"

/** The public keys of all secrets (RFC 7517 §5), so that what an older one signed is still good while it is rotated out. */
export async function sendJwks(visit: Visit): Promise<Answer> {
  const keys = visit.site.jwtKeys().map(({ publicJwk }) => publicJwk)
  const own = { "Cache-Control": FIVE_MINUTES, "Content-Type": "application/jwk-set+json", Vary: "Accept-Encoding" }
  return { status: 200, headers: replyHeaders(visit, {}, own), body: JSON.stringify({ keys }) }
}
