import { spawnSync } from "node:child_process"
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

  it("leaves everything as it was where the disk takes only a part", () => {
    const directory = folder()
    const path = join(directory, ".env")
    const before = `A=1\n${"# a line\n".repeat(400)}B=2\n`
    writeFileSync(path, before)
    const module = new URL("write-file-whole.ts", import.meta.url)
    const write = `const { readForChange, writeFileWhole } = await import(${JSON.stringify(module.href)})
      const file = readForChange(process.argv[1])
      writeFileWhole(file, file.text.replace("A=1", "A=2"))`
    // No file may grow longer than two kilobytes, which is what a disk with so much left does.
    const limited = `ulimit -f 2 && exec "$0" --input-type=module -e "$1" "$2"`
    const { status, stderr } = spawnSync("bash", ["-c", limited, process.execPath, write, path], { encoding: "utf8" })
    expect([status, stderr]).toEqual([1, expect.stringContaining("EFBIG")])
    expect([readFileSync(path, "utf8"), readdirSync(directory)]).toEqual([before, [".env"]])
  })

  it("touches no file that isn't UTF-8: its bytes would not come back", () => {
    const path = join(folder(), ".env")
    const latin = Buffer.from("SITE_NAME=Café\n", "latin1")
    writeFileSync(path, latin)
    expect(() => readForChange(path)).toThrow("isn't written in UTF-8")
    expect(readFileSync(path)).toEqual(latin)
  })

  it("leaves everything as it was where the folder can't be written into", () => {
    const path = join(folder(), "none", ".env")
    expect(() => writeFileWhole(readForChange(path), "A=1\n")).toThrow("ENOENT")
  })
})
