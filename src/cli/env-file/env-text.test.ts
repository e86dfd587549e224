import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { appendToEnvText, readEnvText, setInEnvText } from "./env-text.ts"

describe("setting a value in a file of settings", () => {
  it.each([
    ["A=1\nB=2\n", "A=new\nB=2\n"],
    ["B=2\nA=1", "B=2\nA=new"],
    ["  export A = 1 # why\n", "  export A = new # why\n"],
    ['A="1"\nB=2\n', 'A="new"\nB=2\n'],
    ["A='1' # a 'quoted' comment\n", "A='new' # a 'quoted' comment\n"],
    ["A=\nB=2\n", "A=new\nB=2\n"],
    ["A=1\r\nB=2\r\n", "A=new\r\nB=2\r\n"],
    // The last one counts.
    ["A=1\nA=2\n", "A=1\nA=new\n"],
    // These are no settings.
    ["# A=1\nA=2\n", "# A=1\nA=new\n"],
    ["NOTA=1\nA=2\nA_B=3\n", "NOTA=1\nA=new\nA_B=3\n"],
    ["B='\nA=1\n'\nA=2\n", "B='\nA=1\n'\nA=new\n"],
    ["A=2\nB='\nA=1\n'\n", "A=new\nB='\nA=1\n'\n"],
    ['A="one\ntwo"\nB=2\n', 'A="new"\nB=2\n'],
  ])("changes %j at its place and nothing else", (before, after) => {
    expect(setInEnvText(before, "A", "new")).toBe(after)
  })

  it.each([
    ["", "A=new\n"],
    ["B=2", "B=2\nA=new\n"],
    ["B=2\r\n", "B=2\r\nA=new\r\n"],
    ["# A=1\n", "# A=1\nA=new\n"],
  ])("adds it at the end of %j", (before, after) => {
    expect(setInEnvText(before, "A", "new")).toBe(after)
  })

  it.each([
    ["Ada's site", `A="Ada's site"`],
    ['the "best" site', `A='the "best" site'`],
    ["cheap $5 site", "A='cheap $5 site'"],
    ["a # b", 'A="a # b"'],
    ["C:\\new", "A='C:\\new'"],
    ["", "A="],
  ])("writes %j so that a shell and Node read the same", (value, line) => {
    expect(setInEnvText("", "A", value)).toBe(`${line}\n`)
  })

  it.each([
    // Node reads the next line as the value of an empty one with a space behind it.
    ["A= \nB=2\n", "A", "new"],
    // Whatever was added would become a part of the text in quotes, or all three marks are in the value.
    ["A=1\n", "A", "\"'`"],
  ])("refuses %j where another line would mean something else", (before, name, value) => {
    expect(setInEnvText(before, name, value)).toBe(null)
  })

  it("reads back what it set and leaves all else as it was, in any text", () => {
    const piece = fc.constantFrom(
      ...["A", "B", "LONG_NAME", "=", " ", "\n", "\r\n", "'", '"', "`", "#", "\\", "export ", "$", "x", "1", "é", "\t"],
    )
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""))
    const value = fc.oneof(text, fc.base64String(), fc.constant("new,old"))
    const outcomes = { set: 0, refused: 0 }
    fc.assert(
      fc.property(text, fc.constantFrom("A", "B", "LONG_NAME"), value, (before, name, wanted) => {
        const after = setInEnvText(before, name, wanted)
        if (after === null) {
          outcomes.refused += 1
          return
        }
        outcomes.set += 1
        expect(readEnvText(after)).toEqual({ ...readEnvText(before), [name]: wanted })
      }),
      { numRuns: 3_000 },
    )
    expect(outcomes.set).toBeGreaterThan(outcomes.refused)
  })

  it("never refuses an ordinary file", () => {
    const word = fc.stringMatching(/^[\w@.:/,+-]{1,20}$/)
    const line = fc.oneof(
      fc.tuple(fc.stringMatching(/^[A-Z_]{1,8}$/), word).map(([name, value]) => `${name}=${value}`),
      fc.tuple(fc.stringMatching(/^[A-Z_]{1,8}$/), word).map(([name, value]) => `${name}="${value} ${value}" # why`),
      word.map((text) => `# ${text}`),
      fc.constant(""),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const before = lines.join("\n")
        expect(setInEnvText(before, "LINKLATCH_SECRET", "new,old")).not.toBe(null)
      }),
    )
  })
})

describe("adding lines", () => {
  it("begins a line of its own, with the line ends of the file", () => {
    expect(appendToEnvText("A=1", ["# b", "B=2"])).toBe("A=1\n# b\nB=2\n")
    expect(appendToEnvText("A=1\r\n", ["# b", "B=2"])).toBe("A=1\r\n# b\r\nB=2\r\n")
  })
})
