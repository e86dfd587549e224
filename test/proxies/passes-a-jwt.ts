import { createRemoteJWKSet, jwtVerify } from "jose"
import { describe, expect, it } from "vitest"
import type { StartProxy } from "./guarded-site.ts"
import { useSite } from "./use-site.ts"

/** With `?jwt=orders` in the example, and nothing else changed. */
export function passesAJwt(name: string, startProxy: StartProxy): void {
  describe(name, () => {
    const { site, echo } = useSite(startProxy)

    it("hands the application a JWT that verifies with the site's public keys", async () => {
      const browser = await site().signedIn("ada@example.com")
      const { headers, person } = await echo(browser, "/?jwt=other")
      const keys = createRemoteJWKSet(new URL(`${site().origin}/auth/jwks.json`))
      const expected = { issuer: site().origin, audience: "orders", algorithms: ["EdDSA"] }
      const { payload } = await jwtVerify(headers["remote-jwt"]?.[0] ?? "", keys, expected)
      expect(payload).toMatchObject({ sub: person.id, email: "ada@example.com", groups: [] })
    })
  })
}
