import { afterEach, describe, expect, it, vi } from "vitest"
import type { Address } from "../core/addresses/canonical-address.ts"
import { type LogFields, silentLog } from "../core/log.ts"
import { createLogTransport } from "./log-transport.ts"

const context = { idempotencyKey: "attempt-1", signal: new AbortController().signal }
const message = {
  to: "ada@example.com" as Address,
  subject: "s",
  text: "t",
  html: "h",
  link: "https://l",
  code: "042731",
}

afterEach(() => vi.unstubAllEnvs())

describe("the log transport", () => {
  it("writes the link as one structured event", async () => {
    const written: [string, LogFields | undefined][] = []
    const transport = createLogTransport({ ...silentLog, warn: (event, fields) => written.push([event, fields]) })
    expect(await transport.send(message, context)).toEqual({ status: "sent" })
    expect(written).toEqual([["magic_link_dev_fallback", { to: "ada@example.com", url: "https://l", code: "042731" }]])
  })

  it("can't be made in production (P12)", () => {
    vi.stubEnv("NODE_ENV", "production")
    expect(() => createLogTransport(silentLog)).toThrow(
      expect.objectContaining({ name: "LinklatchError", code: "invalid_configuration" }),
    )
  })
})
