import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { readForChange, writeFileWhole } from "./write-file-whole.ts"

const root = mkdtempSync(join(tmpdir(), "linklatch-write-"))
afterAll(() => rmSync(root, { recursive: true }))
const folder = () => mkdtempSync(join(root, "one-"))
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe("writing a file whole", () => {
  it("makes a new one that its owner alone can read", () => {
    const path = join(folder(), ".env")
    writeFileWhole(readForChange(path), "A=1\n")
    expect(readFileSync(path, "utf8")).toBe("A=1\n")
    expect(modeOf(path)).toBe("600")
  })

  it("keeps the mode of one that was there, unless another is wanted", () => {
    const path = join(folder(), ".env")
    writeFileSync(path, "A=1\n")
    chmodSync(path, 0o640)
    writeFileWhole(readForChange(path), "A=2\n")
    expect([readFileSync(path, "utf8"), modeOf(path)]).toEqual(["A=2\n", "640"])
    writeFileWhole(readForChange(path), "A=3\n", 0o600)
    expect([readFileSync(path, "utf8"), modeOf(path)]).toEqual(["A=3\n", "600"])
  })

  it("leaves nothing beside it", () => {
    const directory = folder()
    writeFileWhole(readForChange(join(directory, ".env")), "A=1\n")
    writeFileWhole(readForChange(join(directory, ".env")), "A=2\n")
    expect(readdirSync(directory)).toEqual([".env"])
  })

  it("changes the file that a link leads to, and keeps the link", () => {
    const directory = folder()
    writeFileSync(join(directory, "real"), "A=1\n")
    symlinkSync(join(directory, "real"), join(directory, ".env"))
    writeFileWhole(readForChange(join(directory, ".env")), "A=2\n")
    expect(readFileSync(join(directory, "real"), "utf8")).toBe("A=2\n")
    expect(readdirSync(directory).sort()).toEqual([".env", "real"])
  })

  it("writes over nothing that somebody else made or changed meanwhile", () => {
    const directory = folder()
    const [made, changed] = [join(directory, "made"), join(directory, "changed")]
    writeFileSync(changed, "A=1\n")
    const [asMade, asChanged] = [readForChange(made), readForChange(changed)]
    writeFileSync(made, "theirs")
    writeFileSync(changed, "theirs")
    expect(() => writeFileWhole(asMade, "ours")).toThrow("EEXIST")
    expect(() => writeFileWhole(asChanged, "ours")).toThrow("changed by somebody else")
    expect([readFileSync(made, "utf8"), readFileSync(changed, "utf8")]).toEqual(["theirs", "theirs"])
    expect(readdirSync(directory).sort()).toEqual(["changed", "made"])
  })

  it("leaves everything as it was where the folder can't be written into", () => {
    const path = join(folder(), "none", ".env")
    expect(() => writeFileWhole(readForChange(path), "A=1\n")).toThrow("ENOENT")
  })
})
