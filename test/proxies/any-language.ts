import { describe, expect, it } from "vitest"
import type { StartProxy } from "./guarded-site.ts"
import { cookieOf, useSite } from "./use-site.ts"

/** The application of examples/upstream/app.py, to which Remote-User and remote_user are one header. */
export function guardsPython(name: string, startProxy: StartProxy): void {
  describe(name, () => {
    const { site, echo, wire } = useSite(startProxy, { application: "python" })

    it("tells an application in another language who is signed in", async () => {
      const browser = await site().signedIn("grace.hopper@example.com")
      const { person } = await echo(browser, "/")
      expect(person).toMatchObject({ email: "grace.hopper@example.com", name: "Grace Hopper", isAdmin: false })
      expect((await echo(await site().signedIn("root@example.com"), "/")).person.isAdmin).toBe(true)
    })

    it("lets no underscore through to it", async () => {
      const browser = await site().signedIn("grace.hopper@example.com")
      const { person } = await echo(browser, "/")
      const forged = ["remote_user", "Remote_User", "REMOTE_USER"].flatMap((one) => [
        one,
        "root",
        "remote_groups",
        "admin",
      ])
      const own = ["Host", new URL(site().origin).host, "Cookie", cookieOf(browser)]
      const answer = await wire({ path: "/", headers: [...own, ...forged, "remote_email", "root@example.com"] })
      expect(await answer.json()).toEqual({ person })
    })
  })
}
