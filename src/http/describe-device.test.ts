import Bowser from "bowser"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describeDevice } from "./describe-device.ts"

const APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
const CHROMIUM = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"

describe("the device behind a User-Agent", () => {
  it.each([
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Windows"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"],
    [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${APPLE} Version/18.6 Safari/605.1.15`, "Safari on macOS"],
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${APPLE} Version/18.6 Mobile/15E148 Safari/604.1`,
      "Safari on iOS",
    ],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROMIUM} Safari/537.36`, "Chrome on Windows"],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROMIUM} Safari/537.36 Edg/140.0.0.0`, "Microsoft Edge on Windows"],
    [`Mozilla/5.0 (Linux; Android 10; K) ${CHROMIUM} Mobile Safari/537.36`, "Chrome on Android"],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROMIUM} Safari/537.36`, "Chrome on Chrome OS"],
    [
      "Mozilla/5.0 (Linux; Android 13; SM-S901B) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
      "Samsung Internet on Android",
    ],
    [
      "Mozilla/5.0 (Linux; U; Android 13; 2201117TY) Chrome/112.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.9",
      "Miui on Android",
    ],
    ["Firefox/143.0", "Firefox"],
    ["curl/8.5.0", "a browser"],
    ["Something (Windows NT 10.0)", "a browser on Windows"],
    ["", "a browser"],
    [null, "a browser"],
  ])("of %j is %j", (userAgent, device) => {
    expect(describeDevice(userAgent)).toBe(device)
    expect(describeDevice(userAgent)).toBe(device)
  })

  it("is never an attacker's own words", () => {
    const lure = "Click https://evil.example NOW/1.0 (x"
    expect(Bowser.parse(lure).browser.name).toContain("evil.example")
    expect(describeDevice(lure)).toBe("a browser")
    for (const text of [
      "Generic/1.0 (x",
      "<b>Bank</b>/1 (x",
      "__proto__/1 (x",
      "constructor/1 (x",
      "\r\nBcc: a/1 (x",
    ]) {
      expect(describeDevice(text)).toBe("a browser")
    }
  })

  it("is read from the first 512 characters", () => {
    expect(describeDevice(`${"x ".repeat(252)}Firefox/`)).toBe("Firefox")
    expect(describeDevice(`${"x ".repeat(253)}Firefox/`)).toBe("a browser")
  })

  it("is one of the names in bowser's own lists, whatever the header says", () => {
    const browsers = [...Object.values(Bowser.BROWSER_MAP), "Samsung Internet", "Opera Touch", "Miui", "a browser"]
    const systems = Object.values(Bowser.OS_MAP)
    const possible = new Set(browsers.flatMap((name) => [name, ...systems.map((system) => `${name} on ${system}`)]))
    const character = fc.nat(0xffff).map((code) => String.fromCharCode(code))
    const word = fc.constantFrom(
      ...browsers,
      ...systems,
      "Version/1.0",
      "Mozilla/5.0",
      "(",
      ")",
      ";",
      " ",
      "/",
      "Macintosh",
    )
    const userAgent = fc.array(fc.oneof(word, word, fc.string({ unit: character, maxLength: 5 })), { maxLength: 30 })
    fc.assert(
      fc.property(userAgent, (pieces) => {
        expect(possible).toContain(describeDevice(pieces.join("")))
      }),
      { numRuns: 1_000 },
    )
  })
})
