import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { harmlessText, languages, type SampleText, samplePages } from "../../../scripts/sample-pages.ts"
import { en } from "../../core/words/en.ts"
import { assets } from "./assets.ts"

const everyPage = Object.values(languages).flatMap((words) =>
  [...samplePages(words)].map(([name, page]) => ({ name: `${name} (${words.locale})`, html: String(page) })),
)

// Any sixteen bits, halves of surrogate pairs too, around what would end a text, an attribute or a tag.
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
const hostileText = fc
  .tuple(
    anyText,
    fc.constantFrom(
      '"><script>alert(1)</script>',
      "' onfocus=alert(1) x='",
      "</title><img src=x>",
      "&quot;<!--",
      "javascript:<b>",
    ),
  )
  .map(([text, payload]) => `${text}${payload}${text}`)

describe("every page", () => {
  it("lets nothing that others wrote change a tag", () => {
    const fields = Object.keys(harmlessText) as (keyof SampleText)[]
    const names = [...samplePages(en)].map(([name, page]) => [name, skeletonOf(String(page))] as const)
    fc.assert(
      fc.property(hostileText, (hostile) => {
        const text = Object.fromEntries(fields.map((field) => [field, `${field}${hostile}`])) as unknown as SampleText
        const pages = samplePages(en, text)
        for (const [name, skeleton] of names) {
          const html = String(pages.get(name))
          expect(html).not.toContain(hostile)
          expect(skeletonOf(html)).toEqual(skeleton)
        }
      }),
      { numRuns: 50 },
    )
  })

  it.each(everyPage)("carries no inline style or script: $name", ({ html }) => {
    expect(html).not.toMatch(/<style|\sstyle=|<[^>]*\son[a-z]+=|javascript:/i)
    for (const [tag] of html.matchAll(/<script[^>]*>/g)) expect(tag).toMatch(/ src="\/auth\/assets\//)
  })

  it.each(everyPage)("loads only files that there are: $name", ({ html }) => {
    const names = [...html.matchAll(/\/auth\/assets\/([^"?]+)\?v=[0-9a-f]{12}"/g)].map((match) => match[1] ?? "")
    expect(names).toContain("style.css")
    for (const name of names) expect(assets.has(name), name).toBe(true)
  })

  it.each(everyPage)("has a language, a title, one heading of the first rank and one main part: $name", ({ html }) => {
    expect(html).toMatch(/<html lang="(en-GB|de)">/)
    expect(html).toMatch(/<title>[^<]+ · Fernweh Cooperative<\/title>/)
    expect(html.match(/<h1>/g)).toHaveLength(1)
    expect(html.match(/<main /g)).toHaveLength(1)
  })

  it.each(everyPage)("labels each field and points only at what is there: $name", ({ html }) => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, id] of html.matchAll(/ (?:aria-describedby|aria-labelledby|for)="([^"]+)"/g))
      expect(ids).toContain(id)
    for (const [tag] of html.matchAll(/<input(?! type="hidden")[^>]*>/g)) {
      expect(html).toContain(`<label for="${/ id="([^"]+)"/.exec(tag)?.[1]}">`)
    }
  })
})

/** The tags and the names of their attributes, without any value. */
function skeletonOf(html: string): string[] {
  return [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, "=").replace(/\s+/g, " "))
}
