import { createHmac } from "node:crypto"
import fc from "fast-check"
import { expect, it } from "vitest"
import { hmacSha256 } from "./hmac.ts"

it("gives the tags of RFC 4231", () => {
  const vectors = [
    ["0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    ["4a656665", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    [
      "aa".repeat(131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ] as const
  for (const [key, text, tag] of vectors) {
    expect(Buffer.from(hmacSha256(Buffer.from(key, "hex"), text), "base64url").toString("hex")).toBe(tag)
  }
})

it("is Node's own HMAC, for every key and text", () => {
  const text = fc.string({ unit: "binary" })
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "binary", maxLength: 100 }),
      text,
      (bytes, key, text) => {
        const bytesKey = Uint8Array.from(bytes)
        expect(hmacSha256(bytesKey, text)).toBe(createHmac("sha256", bytesKey).update(text).digest("base64url"))
        expect(hmacSha256(key, text)).toBe(createHmac("sha256", key).update(text).digest("base64url"))
      },
    ),
  )
})
