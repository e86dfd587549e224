import { expect, it } from "vitest"
import { expectReply, get, keepCookies, post } from "./request.ts"

const reply = (text: string) => ({ status: 303, text: `HTTP/1.1 303 See Other\r\n${text}\r\n\r\n` })

it("keeps the cookies that were set, and drops those taken back", () => {
  const first = keepCookies(reply("Set-Cookie: a=1; Path=/; HttpOnly\r\nset-cookie: b=x=y; Secure"))
  expect(first).toBe("a=1; b=x=y")
  expect(keepCookies(reply("Set-Cookie: a=; Max-Age=0\r\nSet-Cookie: c=3"), first)).toBe("b=x=y; c=3")
})

it("counts the length of a body in bytes", () => {
  const [head = "", body = ""] = post("/a", { name: "ä" }, { ip: "10.0.0.1", cookies: "" }).toString().split("\r\n\r\n")
  expect(body).toBe('{"name":"ä"}')
  expect(head).toContain("Content-Length: 13")
})

it("sends no Cookie field where there are none", () => {
  expect(get("/a", { ip: "10.0.0.1", cookies: "" }).toString()).not.toMatch(/^cookie:/im)
  expect(get("/a", { ip: "10.0.0.1", cookies: "a=1" }).toString()).toMatch(/^cookie: a=1\r$/im)
})

it("shows an answer that isn't the right one", () => {
  expect(() => expectReply(reply("Location: /b"), 303, "Location: /b")).not.toThrow()
  expect(() => expectReply(reply("Location: /b"), 200)).toThrow("Expected 200, got: HTTP/1.1 303 See Other")
  expect(() => expectReply(reply("Location: /b"), 303, /location: \/c/i)).toThrow("Location: /b")
})
