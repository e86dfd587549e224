import { load } from "./load.ts"
import type { People } from "./people.ts"
import type { Reply } from "./reply.ts"
import type { RunningSite } from "./running-site.ts"
import { ask, collect } from "./sign-in-round.ts"

/**
 * Before anything is measured: one person signs in, and the site must also say no, to the same link a second time and to a
 * session that it never gave. Else a site that says yes to everybody would win.
 */
export async function proveSite(site: RunningSite, people: People): Promise<void> {
  const { journey, contender } = site
  if (!contender.measures.includes("redeem")) return
  const { askers, asked } = await ask(site, people, { connections: 1, forMs: 5_000, maxAsks: 1 })
  const { byEmail } = await collect(site, asked)
  const [asker] = askers
  if (asker === undefined) throw new Error("It took no request for a link.")
  const press = journey.redeem(byEmail.get(asker.email) ?? "", asker.cookies, asker.ip)
  const cookies = journey.redeemed(await send(site, press))
  journey.checked(await send(site, journey.check(cookies)))
  mustRefuse("It redeemed a link twice.", await send(site, press), (reply) => journey.redeemed(reply))
  const forged = cookies.replaceAll(/=[^;]{8}/g, "=forged00")
  const check = journey.check(forged)
  mustRefuse("It took a forged session.", await send(site, check), (reply) => journey.checked(reply))
}

async function send({ facts }: RunningSite, request: Buffer): Promise<Reply> {
  const answers: Reply[] = []
  await load({ port: facts.port, connections: 1, requests: [request], read: (reply) => answers.push(reply) })
  const [answer] = answers
  if (answer === undefined) throw new Error("It did not answer.")
  return answer
}

function mustRefuse(problem: string, reply: Reply, accept: (reply: Reply) => void): void {
  try {
    accept(reply)
  } catch {
    return
  }
  throw new Error(problem)
}
