import { MINUTE, SECOND } from "../core/clock.ts"
import type { SignedIn } from "../core/store.ts"
import type { Site } from "./site.ts"

// Long enough for clocks that differ a little; whoever signs out stays known to an application for as long.
const LIFE = 2 * MINUTE

/** Says who is signed in to an application that trusts no header, as a JWT (RFC 7519) under the first secret's key. */
export async function signRemoteJwt(
  { context: { settings, clock }, jwtKeys }: Site,
  { user, session }: SignedIn,
  { audience, groups }: { readonly audience: string; readonly groups: readonly string[] },
): Promise<string> {
  // Only sites that ask for it pay for loading it.
  const { SignJWT } = await import("jose/jwt/sign")
  const [{ privateKey, kid }] = jwtKeys()
  const now = clock.now()
  const claims = { email: user.email, name: user.displayName, groups: [...groups], sid: session.id }
  return new SignJWT({
    iss: settings.origin,
    aud: audience,
    sub: user.id,
    iat: Math.floor(now / SECOND),
    exp: Math.floor((now + LIFE) / SECOND),
    ...claims,
  })
    .setProtectedHeader({ alg: "EdDSA", typ: "JWT", kid })
    .sign(privateKey)
}
