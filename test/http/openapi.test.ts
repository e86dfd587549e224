import { describe, expect, it } from "vitest"
import { routes } from "../../src/http/routes.ts"
import { createApp } from "../app.ts"
import { examplesIn, findFaults, openapi, resolve } from "../openapi.ts"

const operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, { responses }]) => ({ name: `${method.toUpperCase()} ${path}`, responses })),
)

describe("docs/openapi.json", () => {
  it("holds every route of the API, and no other", () => {
    const apiRoutes = routes.filter(({ path }) => path.startsWith("/auth/api/"))
    const names = apiRoutes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`)
    expect(operations.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
  })

  it.each(operations)("gives examples of $name that agree with their schemas", ({ responses }) => {
    const examples = Object.values(responses).flatMap((response) => examplesIn(resolve(response)))
    expect(examples.length).toBeGreaterThan(2)
    expect(examples.filter(([, faults]) => faults.length > 0)).toEqual([])
  })

  it("is held against every answer that a test gets: a field, a code or a status too many is found", async () => {
    const app = createApp()
    const browser = app.browser()
    const real = await browser.api("POST", "code", { code: "123456" })
    const text = await real.text()
    const faultsOf = (body: string, status = real.status) =>
      findFaults("POST", "/auth/api/code", new Response(body, { status, headers: real.headers }))
    expect(await faultsOf(text)).toEqual([])
    for (const [body, status] of [
      [text.replace("{", '{"hash":"x",')],
      [text.replace("no_pending_sign_in", "link_unknown")],
      [text.replace(/"detail":"[^"]*",/, "")],
      [text, 418],
    ] as const) {
      expect((await faultsOf(body, status)).length, body).toBeGreaterThan(0)
    }
    await app.close()
  })
})
