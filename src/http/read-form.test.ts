import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type FormOutcome, readForm } from "./read-form.ts"
import { fromRequest } from "./web.ts"

const FORM = "application/x-www-form-urlencoded"
const FIELDS = ["email", "next", "token"]
type Body = string | Uint8Array<ArrayBuffer>

const readRequest = (request: Request, fields: readonly string[]) => readForm(fromRequest(request, undefined), fields)

/** Both ways in: with the length announced, and in chunks as they come. */
async function read(body: Body, headers: Record<string, string> = {}): Promise<FormOutcome> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
  const announced = await readRequest(requestOf(bytes, { "content-length": String(bytes.length), ...headers }), FIELDS)
  const chunked = await readRequest(requestOf(streamOf(bytes, 7), headers), FIELDS)
  expect(chunked).toEqual(announced)
  return announced
}

function requestOf(body: BodyInit, headers: Record<string, string>): Request {
  const init = { method: "POST", body, headers: { "content-type": FORM, ...headers }, duplex: "half" }
  return new Request("https://example.com/auth/sign-in", init)
}

function streamOf(bytes: Uint8Array, size: number): ReadableStream {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
}

describe("what a form says", () => {
  it.each<[body: string, values: Record<string, string>]>([
    ["email=ada%40example.com&next=%2Faccount", { email: "ada@example.com", next: "/account" }],
    ["email=ada+lovelace", { email: "ada lovelace" }],
    ["email=a%2Bb", { email: "a+b" }],
    ["email=a=b=", { email: "a=b=" }],
    ["email=", { email: "" }],
    ["email", { email: "" }],
    ["", {}],
    ["&&email=a&", { email: "a" }],
    ["%65mail=a", { email: "a" }],
    ["email=%C3%BC", { email: "ü" }],
    ["email=ü", { email: "ü" }],
    ["email=%EF%BF%BD", { email: "\ufffd" }],
    ["email=a&utm_source=b&utm_source=c", { email: "a" }],
    ["EMAIL=a", {}],
    ["token[]=a&token[0]=b&token.a=c", {}],
    ["email=a;next=b", { email: "a;next=b" }],
    ["email=%2500", { email: "%00" }],
  ])("reads %j", async (body, values) => {
    const outcome = await read(body)
    expect(outcome).toEqual({ status: "read", values: expect.anything() })
    if (outcome.status === "read") expect({ ...outcome.values }).toEqual(values)
  })

  it.each<[title: string, body: Body]>([
    ["a field given twice", "token=a&token=b"],
    ["a field given twice with one value", "token=a&token=a"],
    ["a field given twice, once escaped", "token=a&%74oken=b"],
    ["a NUL", "token=a%00"],
    ["a NUL unescaped", "token=a\0"],
    ["a NUL in a field nobody asked for", "other=%00"],
    ["a lone percent sign", "token=%"],
    ["half an escape", "token=%4"],
    ["an escape that is none", "token=%zz"],
    ["a broken escape in a name", "%=a"],
    ["a broken escape in a field nobody asked for", "other=%"],
    ["escapes that are no UTF-8", "token=%ff"],
    ["an overlong escape", "token=%c0%af"],
    ["an escaped surrogate", "token=%ed%a0%80"],
    ["a cut-off character", "token=%e2%82"],
    ["bytes that are no UTF-8", Uint8Array.from([...Buffer.from("token=a"), 0xff])],
    ["bytes in Latin-1", Uint8Array.from([...Buffer.from("token=b"), 0xfc, 0x63])],
  ])("refuses %s (TOK-11, INP-6)", async (_, body) => {
    expect(await read(body)).toEqual({ status: "bad_request" })
  })

  it("can't reach a prototype (INP-6)", async () => {
    const body = "__proto__=a&constructor=b&prototype=c&__proto__[x]=d&constructor.prototype.x=e"
    const outcome = await readRequest(requestOf(body, {}), ["__proto__", "constructor", "email"])
    if (outcome.status !== "read") throw new Error(outcome.status)
    expect(Object.getPrototypeOf(outcome.values)).toBeNull()
    expect(Object.entries(outcome.values)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ])
    expect(outcome.values.toString).toBeUndefined()
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false)
    expect(await read("__proto__=a&constructor=b&toString=c")).toEqual({ status: "read", values: expect.anything() })
  })

  it("reads what a browser would send, whatever was typed", async () => {
    const typed = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"))
    await fc.assert(
      fc.asyncProperty(typed, typed, async (email, next) => {
        const outcome = await read(new URLSearchParams({ email, next }).toString())
        expect(outcome.status === "read" && { ...outcome.values }).toEqual({ email, next })
      }),
    )
  })

  it("answers any bytes with an outcome", async () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Uint8Array.from(array))
    const pieces = fc.array(fc.constantFrom("token", "=", "&", "%", "%00", "%ff", "+", "__proto__", "a"), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          bytes,
          pieces.map((list) => list.join("")),
        ),
        async (body) => {
          expect(["read", "bad_request"]).toContain((await read(body)).status)
        },
      ),
    )
  })
})

describe("how much a form may say (INP-5)", () => {
  const bodyOf = (length: number) => `email=${"x".repeat(length - "email=".length)}`

  it("takes 8192 bytes and not one more", async () => {
    expect((await read(bodyOf(8_192))).status).toBe("read")
    expect((await read(bodyOf(8_193))).status).toBe("too_large")
  })

  it("counts bytes, not characters", async () => {
    expect((await read(`email=${"é".repeat(4_093)}`)).status).toBe("read")
    expect((await read(`email=${"é".repeat(4_094)}`)).status).toBe("too_large")
  })

  it("refuses by the announced length before it reads", async () => {
    let pulls = 0
    const pull = () => {
      pulls += 1
    }
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    expect(await readRequest(requestOf(body, { "content-length": "8193" }), FIELDS)).toEqual({ status: "too_large" })
    expect(pulls).toBe(0)
  })

  it("doesn't believe a length that is too small", async () => {
    const lying = requestOf(bodyOf(10_000), { "content-length": "10" })
    expect(await readRequest(lying, FIELDS)).toEqual({ status: "too_large" })
  })

  it.each(["-1", "1e3", "0x10", "", "10, 10", "abc", "9".repeat(400)])("refuses the length %j", async (length) => {
    expect(await readRequest(requestOf("email=a", { "content-length": length }), FIELDS)).toEqual({
      status: "bad_request",
    })
  })

  it("stops an endless body where it becomes too large, length or no length", async () => {
    for (const headers of [{}, { "content-length": "10", "transfer-encoding": "chunked" }]) {
      let sent = 0
      let isCancelled = false
      const pull = (controller: ReadableStreamDefaultController) => {
        sent += 1_000
        controller.enqueue(new Uint8Array(1_000).fill(0x61))
      }
      const cancel = () => {
        isCancelled = true
      }
      const endless = new ReadableStream({ pull, cancel })
      expect(await readRequest(requestOf(endless, headers), FIELDS)).toEqual({ status: "too_large" })
      expect(isCancelled).toBe(true)
      expect(sent).toBeLessThan(12_000)
    }
  })
})

describe("what else may go wrong", () => {
  it.each([
    FORM,
    `${FORM};charset=utf-8`,
    `${FORM}; charset=UTF-8`,
    `${FORM} ; Charset="utf-8"`,
    "Application/X-WWW-Form-Urlencoded",
    `${FORM}; boundary=x`,
  ])("takes the type %j", async (type) => {
    expect((await read("email=a", { "content-type": type })).status).toBe("read")
  })

  it.each([
    "",
    "text/plain",
    "application/json",
    "multipart/form-data; boundary=x",
    `${FORM}x`,
    `text/plain, ${FORM}`,
    `${FORM}, text/plain`,
    `${FORM}; charset=utf-16`,
    `${FORM}; charset=iso-8859-1`,
    `${FORM}; charset`,
    `${FORM}; charset=utf-8; charset=utf-7`,
  ])("refuses the type %j (CSR-3)", async (type) => {
    expect(await read("email=a", { "content-type": type })).toEqual({ status: "unsupported_media_type" })
  })

  it.each(["gzip", "br", "identity"])("refuses the encoding %j, which could unpack to any size", async (encoding) => {
    expect(await read("email=a", { "content-encoding": encoding })).toEqual({ status: "unsupported_media_type" })
  })

  it("takes a body that broke off for a bad request", async () => {
    const broken = () => new ReadableStream({ pull: (controller) => controller.error(new Error("socket hang up")) })
    expect(await readRequest(requestOf(broken(), {}), FIELDS)).toEqual({ status: "bad_request" })
    expect(await readRequest(requestOf(broken(), { "content-length": "7" }), FIELDS)).toEqual({ status: "bad_request" })
  })

  it("takes no body for an empty form", async () => {
    const request = new Request("https://example.com/", { method: "POST", headers: { "content-type": FORM } })
    expect((await readRequest(request, FIELDS)).status).toBe("read")
  })

  it("says so when somebody read the body before", async () => {
    const request = requestOf("email=a", {})
    await request.text()
    await expect(readRequest(request, FIELDS)).rejects.toMatchObject({ code: "invalid_argument" })
  })
})
