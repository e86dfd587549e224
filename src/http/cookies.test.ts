import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { LinklatchError } from "../core/fault.ts"
import { clearCookie, readCookie, writeCookie } from "./cookies.ts"

/** Any UTF-16 code unit, lone surrogates too. */
const character = fc.nat(0xffff).map((code) => String.fromCharCode(code))

const NAME = "__Host-session"
const ONE_DAY = 86_400

describe("reading", () => {
  it.each<[title: string, header: string | null, value: string | null]>([
    ["no header is no cookie", null, null],
    ["an empty header is no cookie", "", null],
    ["a cookie alone", `${NAME}=abc`, "abc"],
    ["a cookie among others", `a=1; ${NAME}=abc; b=2`, "abc"],
    ["spaces and tabs around it go", `a=1;\t ${NAME} = abc \t;b=2`, "abc"],
    ["an empty value is a value", `${NAME}=`, ""],
    ["an equals sign belongs to the value", `${NAME}=a=b==`, "a=b=="],
    ["quotes stay", `${NAME}="abc"`, '"abc"'],
    ["percent signs stay", `${NAME}=%41`, "%41"],
    ["another case is another name (COO-3)", "__host-session=abc; __HOST-SESSION=def", null],
    ["a longer name is another name", `x${NAME}=abc; ${NAME}x=def`, null],
    ["the same value twice is that value (COO-3)", `${NAME}=abc; ${NAME}=abc`, "abc"],
    ["two values are nobody's (COO-3)", `${NAME}=abc; ${NAME}=def`, null],
    ["two values are nobody's, however many agree", `${NAME}=abc; ${NAME}=abc; a=1; ${NAME}=def`, null],
    ["an empty one beside it makes two", `${NAME}=; ${NAME}=abc`, null],
    ["a no-break space makes another name", `\u00a0${NAME}=planted`, null],
    ["a no-break space doesn't make a second one", `\u00a0${NAME}=planted; ${NAME}=abc`, "abc"],
    ["a name without an equals sign is no cookie", `${NAME}; a`, null],
    ["a cookie without a name isn't ours", `=${NAME}=abc`, null],
    ["a comma doesn't part cookies", `a=1, ${NAME}=abc`, null],
    ["only separators", ";;; ; =;=", null],
  ])("%s", (_, header, value) => {
    expect(readCookie(header, NAME)).toBe(value)
  })

  it("looks at 16 kB, and at no half of a cookie", () => {
    const padded = (length: number) => `${"x".repeat(length - `; ${NAME}=abc`.length)}; ${NAME}=abc`
    expect(readCookie(padded(16_384), NAME)).toBe("abc")
    expect(readCookie(padded(16_385), NAME)).toBeNull()
  })

  it("never throws, and gives only what stands in the header", () => {
    const piece = fc.oneof(
      fc.string({ unit: character }),
      fc.constantFrom(NAME, "=", ";", " ", `${NAME}=a`, `; ${NAME}=b`),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const header = pieces.join("")
        const value = readCookie(header, NAME)
        if (value !== null) expect(header).toContain(value)
      }),
    )
  })

  it("finds again what was written, among any other cookies", () => {
    const value = fc.stringMatching(/^[A-Za-z0-9._-]{0,80}$/)
    const others = fc.array(fc.stringMatching(/^[a-z]{1,8}=[A-Za-z0-9]{0,8}$/), { maxLength: 5 })
    fc.assert(
      fc.property(value, others, others, (text, before, after) => {
        const pair = writeCookie(NAME, text, { isSecure: true, maxAgeSeconds: ONE_DAY }).split(";")[0] ?? ""
        expect(readCookie([...before, pair, ...after].join("; "), NAME)).toBe(text)
      }),
    )
  })
})

describe("writing", () => {
  it("binds a cookie to this host, out of reach of scripts (COO-1, COO-2)", () => {
    expect(writeCookie(NAME, "abc", { isSecure: true, maxAgeSeconds: ONE_DAY })).toBe(
      "__Host-session=abc; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure",
    )
    expect(writeCookie("session", "abc", { isSecure: false, maxAgeSeconds: 60, sameSite: "Strict" })).toBe(
      "session=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Strict",
    )
  })

  it("clears a cookie with the attributes that it was set with (COO-7)", () => {
    const attributes = (cookie: string) => cookie.split("; ").slice(2)
    const cleared = clearCookie(NAME, { isSecure: true })
    expect(cleared).toMatch(/^__Host-session=; Max-Age=0; /)
    expect(attributes(cleared)).toEqual(attributes(writeCookie(NAME, "abc", { isSecure: true, maxAgeSeconds: 1 })))
  })

  it.each(["a;b", "a b", "a,b", 'a"b', "a\\b", "a\r\nSet-Cookie: x=y", "a\0", "é", "\u{1f36a}", "a\u007f"])(
    "refuses the value %j",
    (value) => {
      expect(() => writeCookie(NAME, value, { isSecure: true, maxAgeSeconds: 1 })).toThrow(LinklatchError)
    },
  )

  it("keeps a value out of the error", () => {
    expect(() => writeCookie(NAME, "secret value", { isSecure: true, maxAgeSeconds: 1 })).toThrow(/^(?!.*secret value)/)
  })

  it.each(["", "a b", "a=b", "a;b", "é"])("refuses the name %j", (name) => {
    expect(() => writeCookie(name, "abc", { isSecure: true, maxAgeSeconds: 1 })).toThrow(LinklatchError)
  })

  it("takes 4096 bytes of name and value, and not one more (COO-4)", () => {
    const write = (length: number) =>
      writeCookie(NAME, "x".repeat(length - NAME.length), { isSecure: true, maxAgeSeconds: 1 })
    expect(write(4_096)).toContain("x; Max-Age")
    expect(() => write(4_097)).toThrow(LinklatchError)
  })

  it("takes a life of 400 days, and not a second more (COO-4)", () => {
    const write = (maxAgeSeconds: number) => writeCookie(NAME, "abc", { isSecure: true, maxAgeSeconds })
    expect(write(34_560_000)).toContain("Max-Age=34560000;")
    for (const seconds of [34_560_001, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => write(seconds)).toThrow(LinklatchError)
    }
  })

  it("refuses a prefix that browsers would drop for want of https (COO-1)", () => {
    for (const name of ["__Host-session", "__Secure-session", "__host-session"]) {
      expect(() => writeCookie(name, "abc", { isSecure: false, maxAgeSeconds: 1 })).toThrow(LinklatchError)
    }
  })
})
