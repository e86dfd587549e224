import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createClientAddress, limitSubject } from "./client-address.ts"

/** Any UTF-16 code unit, lone surrogates too. */
const character = fc.nat(0xffff).map((code) => String.fromCharCode(code))

const PROXIES = ["10.0.0.0/8", "192.0.2.1", "2001:db8:ffff::/48", "::1"]
const read = (peer: string | undefined, list: string | null) => createClientAddress(PROXIES).read(peer, list)

describe("the walk over X-Forwarded-For (RAT-4)", () => {
  it.each<[title: string, peer: string | undefined, list: string | null, client: string | null]>([
    ["an untrusted peer is the client, whatever it claims", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["a trusted peer without the header is the client", "10.0.0.1", null, "10.0.0.1"],
    ["a peer that isn't known stays unknown", undefined, "198.51.100.1", null],
    ["a peer that is no address stays unknown", "/run/app.sock", "198.51.100.1", null],
    ["the one address a proxy wrote is the client", "10.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["what a client wrote itself is left of it and unread", "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
    ["trusted proxies in the chain are stepped over", "10.0.0.1", "198.51.100.1, 10.9.9.9,192.0.2.1", "198.51.100.1"],
    ["a client can't hide behind an address of ours", "10.0.0.1", "10.0.0.7, 198.51.100.1", "198.51.100.1"],
    ["the leftmost counts where all are trusted", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["an empty header leaves the peer", "10.0.0.1", "", "10.0.0.1"],
    ["an empty element stops", "10.0.0.1", "198.51.100.1,,10.0.0.2", "10.0.0.2"],
    ["a trailing comma stops", "10.0.0.1", "198.51.100.1,", "10.0.0.1"],
    ["a leading comma stops", "10.0.0.1", ",10.0.0.2", "10.0.0.2"],
    ["`unknown` stops", "10.0.0.1", "198.51.100.1, unknown, 10.0.0.2", "10.0.0.2"],
    ["an obfuscated name stops", "10.0.0.1", "_hidden", "10.0.0.1"],
    ["a zone stops", "10.0.0.1", "fe80::1%eth0", "10.0.0.1"],
    ["a host name stops", "10.0.0.1", "example.com", "10.0.0.1"],
    ["the syntax of Forwarded stops", "10.0.0.1", "for=198.51.100.1", "10.0.0.1"],
    ["octal stops, so 010.0.0.1 is neither 8.0.0.1 nor ours", "10.0.0.1", "010.0.0.1", "10.0.0.1"],
    ["hexadecimal stops", "10.0.0.1", "0x7f.1", "10.0.0.1"],
    ["a short form stops", "10.0.0.1", "127.1", "10.0.0.1"],
    ["a whole number stops", "10.0.0.1", "2130706433", "10.0.0.1"],
    ["a range stops", "10.0.0.1", "10.0.0.0/8", "10.0.0.1"],
    ["a line break stops", "10.0.0.1", "198.51.100.1\n", "10.0.0.1"],
    ["a no-break space stops", "10.0.0.1", "\u00a0198.51.100.1", "10.0.0.1"],
    ["digits of another script stop", "10.0.0.1", "١٩٨.51.100.1", "10.0.0.1"],
    ["the deprecated ::1.2.3.4 stops", "10.0.0.1", "::198.51.100.1", "10.0.0.1"],
    ["the port of an IPv4 client goes", "10.0.0.1", "198.51.100.1:55555", "198.51.100.1"],
    ["the port of an IPv6 client goes", "10.0.0.1", "[2001:db8::5]:443", "2001:db8::5"],
    ["brackets alone go", "10.0.0.1", "[2001:db8::5]", "2001:db8::5"],
    ["brackets around IPv4 stop", "10.0.0.1", "[198.51.100.1]:80", "10.0.0.1"],
    ["a port that is none stops", "10.0.0.1", "198.51.100.1:http", "10.0.0.1"],
    ["the port of a trusted proxy goes too", "10.0.0.1", "198.51.100.1, 10.0.0.2:8080", "198.51.100.1"],
    ["tabs and spaces around an element go", "10.0.0.1", "\t 198.51.100.1 \t", "198.51.100.1"],
    ["IPv6 proxies are trusted by range", "2001:db8:ffff::7", "2001:db8::9", "2001:db8::9"],
    ["IPv6 outside of the range isn't", "2001:db8:fffe::7", "2001:db8::9", "2001:db8:fffe::7"],
    ["a mapped peer is matched as IPv4", "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["a mapped peer in hexadecimal too", "0:0:0:0:0:FFFF:0A00:0001", "198.51.100.1", "198.51.100.1"],
    ["a trusted peer with a zone is still that peer", "::1%lo", "198.51.100.1", "198.51.100.1"],
  ])("%s", (_, peer, list, client) => {
    expect(read(peer, list)).toBe(client)
  })

  it("looks at the last 32 elements and no further", () => {
    const trusted = (count: number) => Array.from({ length: count }, (_, index) => `10.0.1.${index}`).join(",")
    expect(read("10.0.0.1", `198.51.100.1,${trusted(31)}`)).toBe("198.51.100.1")
    expect(read("10.0.0.1", `198.51.100.1,${trusted(32)}`)).toBe("10.0.1.0")
  })

  it("never believes the header of a peer that isn't trusted", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (peer, list) => {
        expect(createClientAddress([]).read(peer, list)).toBe(peer)
      }),
    )
  })

  it("gives what the nearest proxy wrote, whatever a client puts in front of it", () => {
    const outsider = fc.ipV4().filter((ip) => !ip.startsWith("10.") && ip !== "192.0.2.1")
    const ours = fc.array(fc.constantFrom("10.1.2.3", "192.0.2.1", "2001:db8:ffff::1", "::1"), { maxLength: 6 })
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 80 }), outsider, ours, (forged, client, proxies) => {
        expect(read("10.0.0.1", [forged, client, ...proxies].join(","))).toBe(client)
      }),
    )
  })

  it("answers any header with an address", () => {
    const element = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom("10.0.0.2", "unknown", "", "::ffff:10.0.0.3"),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(element, { maxLength: 40 }), (elements) => {
        expect(read("10.0.0.1", elements.join(","))).toMatch(/^[0-9a-f.:]+$/)
      }),
    )
  })
})

describe("canonical text (RAT-3)", () => {
  it.each([
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["::FFFF:102:304", "1.2.3.4"],
    ["0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::ffff:1.2.3.4%eth0", "1.2.3.4"],
    ["::", "::"],
  ])("writes %s as %s", (peer, text) => {
    expect(read(peer, null)).toBe(text)
  })

  it("has one text for all spellings of an IPv6 address, the one that the URL standard prints", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.boolean(), (ip, isUpper) => {
        const standard = new URL(`http://[${ip}]`).hostname.slice(1, -1)
        const text = createClientAddress([]).read(isUpper ? ip.toUpperCase() : ip, null)
        if (/^::[0-9]+\./.test(ip)) expect(text).toBeNull()
        else if (text?.includes(":")) expect(text).toBe(standard)
        else expect(standard).toBe(new URL(`http://[::ffff:${text}]`).hostname.slice(1, -1))
      }),
    )
  })
})

describe("the list of trusted proxies", () => {
  it.each([
    "",
    "proxy",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0/8",
    "::/129",
    "fe80::1%eth0",
  ])("names the fault in %j", (text) => {
    const [fault, ...others] = createClientAddress(["10.0.0.0/8", text]).faults
    expect(fault).toMatchObject({ setting: "trustedProxies", problem: expect.stringContaining("neither") })
    expect(others).toEqual([])
  })

  it.each(["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"])("refuses to trust everybody by %s", (text) => {
    const { faults, read } = createClientAddress([text])
    expect(faults).toHaveLength(1)
    expect(read("203.0.113.9", "198.51.100.1")).toBe("203.0.113.9")
  })

  it("takes ranges with host bits, spaces around them, and mapped ones", () => {
    const { faults, read } = createClientAddress([" 10.1.2.3/8 ", "::ffff:172.16.0.0/108"])
    expect(faults).toEqual([])
    expect(read("10.200.0.1", "172.31.0.1, 172.32.0.1, 172.16.0.9")).toBe("172.32.0.1")
  })
})

describe("what a limit counts by (RAT-3)", () => {
  it.each([
    [null, "unknown"],
    ["not an address", "unknown"],
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8::/64"],
    ["::1", "::/64"],
    ["fe80::1%eth0", "fe80::/64"],
  ])("counts %s as %s", (ip, subject) => {
    expect(limitSubject(ip)).toBe(subject)
  })

  it("counts a whole /64 as one, and its neighbour as another", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (host) => {
        const tail = host
          .toString(16)
          .padStart(16, "0")
          .replace(/(.{4})(?!$)/g, "$1:")
        expect(limitSubject(`2001:db8:1:2:${tail}`)).toBe("2001:db8:1:2::/64")
        expect(limitSubject(`2001:db8:1:3:${tail}`)).toBe("2001:db8:1:3::/64")
      }),
    )
  })
})
