import type { ServerResponse } from "node:http"
import { Webhook } from "standardwebhooks"
import { afterEach, describe, expect, it } from "vitest"
import { freePort } from "../../test/free-port.ts"
import { type HttpPeer, openHttpPeer } from "../../test/http-peer.ts"
import { sampleLog } from "../../test/sample-log.ts"
import { checkpointWebhook } from "./checkpoint-webhook.ts"

const log = sampleLog()
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`
const older = `whsec_${Buffer.alloc(24, 9).toString("base64")}`

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function peer(answer: (response: ServerResponse) => void): Promise<HttpPeer> {
  const opened = await openHttpPeer((_request, response) => answer(response))
  open.push(opened)
  return opened
}

const yes = (response: ServerResponse) => void response.writeHead(204).end()

describe("a checkpoint webhook", () => {
  it("posts what a library of others takes for signed by the secret", async () => {
    const { url, requests } = await peer(yes)
    const checkpoint = await log.checkpoint(12)
    const outcome = await checkpointWebhook({ url: `${url}/hook`, secret }).publish(checkpoint, log.prover(12))
    expect(outcome).toEqual({ cosigned: null })
    const [{ method, path, headers, body } = expect.fail()] = requests
    expect([method, path, headers["content-type"]]).toEqual(["POST", "/hook", "application/json"])
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
      type: "audit.checkpoint",
      timestamp: "2026-11-21T00:00:00.012Z",
      data: { origin: log.origin, size: 12, root: checkpoint.note.split("\n")[2], note: checkpoint.note },
    })
    expect(() => new Webhook(older).verify(body, headers as Record<string, string>)).toThrow(/No matching signature/)
  })

  it("is signed by both secrets while one takes the other's place", async () => {
    const { url, requests } = await peer(yes)
    await checkpointWebhook({ url, secret: [secret, older] }).publish(await log.checkpoint(1), log.prover(1))
    const [{ headers, body } = expect.fail()] = requests
    for (const one of [secret, older]) {
      expect(new Webhook(one).verify(body, headers as Record<string, string>)).toMatchObject({
        type: "audit.checkpoint",
      })
    }
  })

  it("carries the same id when a checkpoint is sent again, and another for another", async () => {
    const { url, requests } = await peer(yes)
    const outlet = checkpointWebhook({ url, secret })
    for (const size of [3, 3, 4]) await outlet.publish(await log.checkpoint(size), log.prover(size))
    const [first, again, next] = requests.map(({ headers }) => headers["webhook-id"])
    expect(again).toBe(first)
    expect(next).not.toBe(first)
  })

  it.each([301, 400, 404, 410, 429, 500, 503])("says so where the answer is %i", async (status) => {
    const { url, requests } = await peer((response) => void response.writeHead(status, { Location: "/other" }).end())
    const published = checkpointWebhook({ url, secret }).publish(await log.checkpoint(1), log.prover(1))
    await expect(published).rejects.toMatchObject({ code: "outlet_failed" })
    // A redirect is not followed: whoever it leads to wasn't configured.
    expect(requests).toHaveLength(1)
  })

  it("says so where nobody listens, without the path of the address or the secret", async () => {
    const url = `http://127.0.0.1:${await freePort()}/hidden-path`
    const published = checkpointWebhook({ url, secret }).publish(await log.checkpoint(1), log.prover(1))
    const error = await published.catch((reason: Error) => reason)
    expect(error).toMatchObject({ code: "outlet_failed", cause: expect.anything() })
    expect(String(error)).not.toMatch(/hidden-path|whsec/)
  })

  it("gives up on an answer that doesn't come, or doesn't end", async () => {
    for (const answer of [() => undefined, (response: ServerResponse) => void response.writeHead(200).write("…")]) {
      const { url } = await peer(answer)
      const outlet = checkpointWebhook({ url, secret, timeout: 100 })
      await expect(outlet.publish(await log.checkpoint(1), log.prover(1))).rejects.toMatchObject({
        code: "outlet_failed",
        cause: { name: "TimeoutError" },
      })
    }
  })

  it("gives up on an answer without end", async () => {
    const { url } = await peer((response) => {
      response.on("error", () => undefined)
      const more = () => {
        if (response.destroyed) return
        response.write("x".repeat(10_000))
        setImmediate(more)
      }
      more()
    })
    const published = checkpointWebhook({ url, secret }).publish(await log.checkpoint(1), log.prover(1))
    await expect(published).rejects.toMatchObject({ cause: { message: "The answer is too long." } })
  })

  it("lets go of what is under way when it is closed", async () => {
    const { url, requests } = await peer(() => undefined)
    const outlet = checkpointWebhook({ url, secret })
    const published = outlet.publish(await log.checkpoint(1), log.prover(1))
    await Promise.all([
      expect(published).rejects.toMatchObject({ code: "outlet_failed" }),
      closeOnceAsked(outlet, requests),
    ])
  })

  it.each([
    { url: "http://hooks.example.com", secret },
    { url: "https://user:password@hooks.example.com", secret },
    { url: "ftp://hooks.example.com", secret },
    { url: "hooks.example.com", secret },
    { url: "https://hooks.example.com", secret: "" },
    { url: "https://hooks.example.com", secret: [] },
    { url: "https://hooks.example.com", secret: secret.slice(6) },
    { url: "https://hooks.example.com", secret: "whsec_c2hvcnQ=" },
    { url: "https://hooks.example.com", secret: `whsec_${Buffer.alloc(65).toString("base64")}` },
    { url: "https://hooks.example.com", secret: [secret, "whsec_*"] },
  ])("refuses $url with secret $secret", (options) => {
    expect(() => checkpointWebhook(options)).toThrow(expect.objectContaining({ code: "invalid_configuration" }))
  })
})

async function closeOnceAsked(outlet: { close(): Promise<void> }, requests: readonly unknown[]): Promise<void> {
  await expect.poll(() => requests.length).toBe(1)
  await outlet.close()
}
