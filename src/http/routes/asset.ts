import type { Answer } from "../answer.ts"
import { assets } from "../pages/assets.ts"
import { respondProblem } from "../problems.ts"
import { replyHeaders } from "../respond.ts"
import type { Visit } from "../visit.ts"

// Pages name assets with their version, so a browser may keep each for good.
const FOR_GOOD = "public, max-age=31536000, immutable"

export async function sendAsset(visit: Visit, file: string): Promise<Answer> {
  const asset = assets.get(file)
  if (asset === undefined) return respondProblem(visit, "not_found")
  const own = { "Cache-Control": FOR_GOOD, "Content-Type": asset.type, Vary: "Accept-Encoding" }
  return { status: 200, headers: replyHeaders(visit, {}, own), body: asset.body }
}
