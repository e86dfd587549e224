import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { drawSequence } from "../../docs/.vitepress/sequence-diagram.ts"
import { anchorOf, siteHref, sitePage } from "../../docs/.vitepress/site-links.ts"
import { libraryPage } from "../../scripts/reference/library-page.ts"
import { projectRoot } from "../../scripts/run-command.ts"

const { exports: doors } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
  exports: Record<string, unknown>
}

describe("the reference of the library", () => {
  it("has an entry for everything that a door exports", async () => {
    const page = libraryPage()
    const names = Object.keys(doors).filter((door) => door !== "./package.json")
    expect(names.length).toBeGreaterThan(5)
    for (const door of names) {
      const file = door === "." ? "index" : door.slice(2)
      const section = page.split(/^## /m).find((part) => part.startsWith(`\`linklatch${door.slice(1)}\`\n`)) ?? ""
      const exported = Object.keys(await import(`../../src/${file}.ts`))
      for (const name of exported)
        expect(section, `${door}: ${name}`).toMatch(new RegExp(`^### \`${name}(?:\\(\\))?\`$`, "m"))
    }
  })
})

describe("links of the documents", () => {
  it("lead to the page of the site, or to its copy of the file", () => {
    expect(sitePage("docs/guides/hono.md")).toBe("guides/hono.md")
    expect(sitePage("README.md")).toBe("readme.md")
    expect(siteHref("docs/guides/hono.md", "client-addresses.md#ipv6")).toBe("/guides/client-addresses.md#ipv6")
    expect(siteHref("docs/guides/hono.md", "../../decisions")).toBe("/decisions/index.md")
    expect(siteHref("docs/operations.md", "../src/smtp.ts")).toBe("/files/src/smtp.ts.txt")
    expect(siteHref("docs/operations.md", "../bench/results/rows.md")).toBe("/files/bench/results/rows.md.txt")
    expect(siteHref("docs/operations.md", "https://example.com/x.md")).toBe("https://example.com/x.md")
    expect(() => siteHref("docs/operations.md", "nowhere.md")).toThrow("nothing is at nowhere.md")
  })

  it.each([
    ["1 Ask", "1-ask"],
    ["What isn't there", "what-isnt-there"],
    ["`linklatch/smtp`", "linklatchsmtp"],
    ["In Django, step by step", "in-django-step-by-step"],
    ["link_prefetched on GET", "link_prefetched-on-get"],
  ])("name the heading %s as GitHub does, #%s", (heading, anchor) => {
    expect(anchorOf(heading)).toBe(anchor)
  })
})

describe("a diagram", () => {
  it("is drawn with its participants and what passes between them, escaped", () => {
    const svg = drawSequence("sequenceDiagram\nparticipant A as Ada\nparticipant B as Bob\nA->>B: a < b\nB-->>A: yes\n")
    expect(svg).toMatch(/Ada<\/text>.*Bob<\/text>.*1 a &#60; b<\/text>.*class="answer"/)
  })

  it("that we can't draw stops the build", () => {
    expect(() => drawSequence("flowchart TD\nA-->B")).toThrow("can't be drawn")
    expect(() => drawSequence("sequenceDiagram\nloop every day\nend")).toThrow("loop every day")
  })
})
