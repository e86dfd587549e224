import type { SignedIn } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { adminPage } from "../pages/admin-page.ts"
import { respondPage } from "../respond.ts"
import type { Visit } from "../visit.ts"

export function showAdmin(visit: Visit, { user }: SignedIn): Promise<Answer> {
  return respondPage(visit, adminPage(visit.page, { user }))
}
