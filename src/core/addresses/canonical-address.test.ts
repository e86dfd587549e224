import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { canonicalAddress, canonicalDomain } from "./canonical-address.ts"

const addressOf = (text: string): string | null => {
  const outcome = canonicalAddress(text)
  return outcome.status === "valid" ? outcome.address : null
}

/** Any UTF-16 code unit, lone surrogates too. */
const character = fc.nat(0xffff).map((code) => String.fromCharCode(code))
const tricky = fc.constantFrom(
  ...'@.+-_ \t\n"<>,;:()[]\\/%xn--KAaıſKßẞﬁ＠﹫．。İi\u0307\u0308\u00ad\u200d\u200b\u202e\u0430',
)
const typed = fc.oneof(
  fc.emailAddress(),
  fc.tuple(fc.emailAddress(), character, fc.nat()).map(([email, put, at]) => insert(email, put, at)),
  fc.tuple(fc.emailAddress(), tricky, fc.nat()).map(([email, put, at]) => insert(email, put, at)),
  fc.array(fc.oneof(tricky, fc.constantFrom("a", "b", "com", "@", ".")), { maxLength: 12 }).map((all) => all.join("")),
  fc.array(tricky, { maxLength: 4 }).map((all) => `ada@a${all.join("")}b.example`),
  fc.string({ unit: character }),
)

function insert(text: string, put: string, at: number): string {
  const index = at % (text.length + 1)
  return text.slice(0, index) + put + text.slice(index)
}

describe("a canonical address", () => {
  it.each([
    ["ada@example.com", "ada@example.com"],
    [" \tada@example.com\t ", "ada@example.com"],
    ["Ada.Lovelace@Example.COM", "ada.lovelace@example.com"],
    ["ada+news@example.com", "ada+news@example.com"],
    ["a.d.a@gmail.com", "a.d.a@gmail.com"],
    ["o'hara@example.co.uk", "o'hara@example.co.uk"],
    ["!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"],
    ["ada@BÜCHER.example", "ada@xn--bcher-kva.example"],
    ["ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"],
    ["ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
    ["ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"],
    ["ada@1.example", "ada@1.example"],
  ])("of %j is %j", (text, address) => {
    expect(canonicalAddress(text)).toEqual({ status: "valid", address })
  })

  it.each(["", " ", "\t \t"])("is missing in %j", (text) => {
    expect(canonicalAddress(text)).toEqual({ status: "empty" })
  })

  it("keeps dots and plus signs apart, as they are the mailbox owner's (INP-3)", () => {
    expect(addressOf("a.b+x@gmail.com")).not.toBe(addressOf("ab@gmail.com"))
  })

  it("has exactly one @, in whatever form and case something downstream may read it (INP-1)", () => {
    fc.assert(
      fc.property(typed, (text) => {
        const address = addressOf(text)
        if (address === null) return
        for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) {
          for (const read of [text, address]) {
            const normal = read.normalize(form)
            for (const folded of [normal, normal.toLowerCase(), normal.toUpperCase()]) {
              expect(folded.split("@"), `${form} of ${JSON.stringify(read)}`).toHaveLength(2)
            }
          }
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it("is ASCII, within its limits and the canonical form of itself (INP-1)", () => {
    fc.assert(
      fc.property(typed, (text) => {
        const address = addressOf(text)
        if (address === null) return
        expect(address).toMatch(/^[!-~]{1,64}@[a-z0-9.-]{3,253}$/)
        expect(address.length).toBeLessThanOrEqual(254)
        expect(address).toBe(address.toLowerCase())
        expect(addressOf(address)).toBe(address)
      }),
      { numRuns: 2_000 },
    )
  })

  it("is shared only by spellings that differ in case or canonical composition (INP-2)", () => {
    const first = new Map<string, string>()
    fc.assert(
      fc.property(typed, (text) => {
        const address = addressOf(text)
        if (address === null || address.includes("xn--")) return
        const spelling = text.replace(/^[ \t]+|[ \t]+$/g, "").toLowerCase()
        expect(first.get(address) ?? spelling).toBe(spelling)
        first.set(address, spelling)
      }),
      { numRuns: 3_000 },
    )
  })
})

describe("look-alikes (INP-2)", () => {
  it.each([
    ["a dotless i", "examp\u0131e@example.com"],
    ["a long s", "ada@\u017fite.com"],
    ["a long s in the local part", "\u017fada@example.com"],
    ["a Kelvin sign", "ada@\u212aelvin.com"],
    ["a Kelvin sign in the local part", "\u212aada@example.com"],
    ["a capital i with its dot", "ada@\u0130stanbul.com"],
    ["a sharp s in the local part", "stra\u00dfe@example.com"],
    ["a ligature", "ada@\ufb01sh.com"],
    ["a full-width @", "ada\uff20example.com"],
    ["a small @", "ada\ufe6bexample.com"],
    ["a full-width @ beside a real one", "ada\uff20evil.example@example.com"],
    ["full-width letters", "ada@\uff45xample.com"],
    ["an ideographic full stop", "ada@example\u3002com"],
    ["a full-width full stop", "ada@example\uff0ecom"],
    ["a right-to-left override", "ada@exa\u202emple.com"],
    ["a right-to-left override in the local part", "ada\u202e@example.com"],
    ["a zero-width joiner", "ada@exam\u200dple.com"],
    ["a zero-width space", "ada@exam\u200bple.com"],
    ["a soft hyphen", "ada@exam\u00adple.com"],
    ["a byte order mark", "\ufeffada@example.com"],
    ["a no-break space", "\u00a0ada@example.com"],
    ["a variation selector", "ada@example\ufe0f.com"],
    ["a Greek question mark", "ada@example.com\u037eb"],
    ["a lone surrogate", "ada@exam\ud800ple.com"],
    ["a Cyrillic a in the local part", "\u0430da@example.com"],
  ])("with %s are refused", (_, text) => {
    expect(canonicalAddress(text)).toEqual({ status: "invalid" })
  })

  it.each([
    ["a Cyrillic a", "ada@ex\u0430mple.com", "ada@example.com"],
    ["a dotless i", "ada@s\u0131te.com", "ada@site.com"],
    ["a sharp s", "ada@stra\u00dfe.de", "ada@strasse.de"],
    ["an umlaut", "ada@b\u00fccher.example", "ada@bucher.example"],
    ["a final sigma", "ada@\u03c3\u03b1\u03c2.gr", "ada@\u03c3\u03b1\u03c3.gr"],
  ])("with %s in the domain are somebody else", (_, one, other) => {
    expect(addressOf(one)).toMatch(/@xn--/)
    expect(addressOf(other)).not.toBeNull()
    expect(addressOf(one)).not.toBe(addressOf(other))
  })

  it("never become an ASCII domain, over all of Unicode's basic plane", () => {
    const merged: string[] = []
    for (let code = 0x80; code <= 0xffff; code += 1) {
      const domain = canonicalDomain(`a${String.fromCharCode(code)}b.example`)
      if (domain !== null && !domain.startsWith("xn--")) merged.push(code.toString(16))
    }
    expect(merged).toEqual([])
  })
})

describe("what could be two recipients, a header or a command (EML-2)", () => {
  it.each([
    "ada@example.com,eve@evil.example",
    "ada@example.com, eve@evil.example",
    "ada@example.com;eve@evil.example",
    "ada@example.com eve@evil.example",
    "eve@evil.example,@example.com",
    '"ada"@example.com',
    '"eve@evil.example x"@example.com',
    '"eve@evil.example,"@example.com',
    "ada\\@evil.example@example.com",
    "ada@evil.example@example.com",
    "team:ada@example.com,eve@evil.example;",
    "team:ada@example.com;",
    "ada(comment)@example.com",
    "ada@(comment)example.com",
    "ada@example.com(eve@evil.example)",
    "Ada <ada@example.com>",
    "<ada@example.com>",
    "ada@example.com>",
    "@evil.example:ada@example.com",
    "mailto:ada@example.com",
    "ada@example.com\r\nBcc: eve@evil.example",
    "ada@example.com\nRCPT TO:<eve@evil.example>",
    "ada\r\n@example.com",
    "ada@example.com\n",
    "\nada@example.com",
    "ada@example.com\0",
    "ada\0@example.com",
    "ada@exam\u007fple.com",
    "ada@example.com?cc=eve@evil.example",
    "ada@example.com?bcc",
    "ada@example.com%0a",
    "=?utf-8?q?ada=40evil.example=3e?=@example.com\u0000",
  ])("is refused: %j", (text) => {
    expect(canonicalAddress(text)).toEqual({ status: "invalid" })
  })

  it("holds for every address that is taken: no separator, quote, blank or control character", () => {
    fc.assert(
      fc.property(typed, (text) => {
        expect(addressOf(text) ?? "").not.toMatch(/[\s,;:<>()[\]\\"\p{Cc}]/u)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe("the shape", () => {
  it.each([
    "ada",
    "@",
    "ada@",
    "@example.com",
    ".ada@example.com",
    "ada.@example.com",
    "a..da@example.com",
    "ada@localhost",
    "ada@.example.com",
    "ada@example.com.",
    "ada@example..com",
    "ada@-example.com",
    "ada@example-.com",
    "ada@exam_ple.com",
    "ada@1.2.3.4",
    "ada@127.1",
    "ada@example.0x7f",
    "ada@[1.2.3.4]",
    "ada@[IPv6:::1]",
    "ada@example.com:25",
    "ada@example.com/",
    "ada@example.com#",
    "ada@ex%61mple.com",
    "ada @example.com",
    "ada@ example.com",
  ])("of %j is no address", (text) => {
    expect(canonicalAddress(text)).toEqual({ status: "invalid" })
  })

  it("takes a local part of 64 and not one more (INP-5, RFC 5321 §4.5.3.1.1)", () => {
    expect(addressOf(`${"a".repeat(64)}@example.com`)).not.toBeNull()
    expect(addressOf(`${"a".repeat(65)}@example.com`)).toBeNull()
  })

  it("takes a whole address of 254 and not one more (INP-5, RFC 5321 §4.5.3.1.3)", () => {
    const ofLength = (length: number) => {
      const domain = `${"d".repeat(63)}.${"d".repeat(63)}.${"d".repeat(56)}.example`
      return `${"a".repeat(length - domain.length - 1)}@${domain}`
    }
    expect(addressOf(ofLength(254))).toHaveLength(254)
    expect(addressOf(ofLength(255))).toBeNull()
    expect(ofLength(255).indexOf("@")).toBeLessThanOrEqual(64)
  })

  it("takes a label of 63 and not one more (RFC 1035 §2.3.4)", () => {
    expect(addressOf(`a@${"d".repeat(63)}.example`)).not.toBeNull()
    expect(addressOf(`a@${"d".repeat(64)}.example`)).toBeNull()
  })

  it("counts the domain as it is sent, not as it is typed", () => {
    expect(addressOf(`a@${"ü".repeat(60)}.example`)).toBeNull()
  })

  it("doesn't look for an address in what is far too long", () => {
    expect(canonicalAddress(`${" ".repeat(1_000)}ada@example.com`).status).not.toBe("valid")
    expect(canonicalAddress(`ada@example.com${" ".repeat(1_000)}`).status).not.toBe("valid")
    expect(canonicalAddress("a@b.".repeat(250_000)).status).toBe("invalid")
  })
})

describe("a canonical domain", () => {
  it.each([
    ["Example.COM", "example.com"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["localhost", null],
    ["", null],
    ["*.example.com", null],
    ["@example.com", null],
    ["example.com ", null],
    ["1.2.3.4", null],
  ])("of %j is %j", (text, domain) => {
    expect(canonicalDomain(text)).toBe(domain)
  })
})
