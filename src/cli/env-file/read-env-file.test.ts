import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { mergeEnv, readEnvFile } from "./read-env-file.ts"

const directory = mkdtempSync(join(tmpdir(), "linklatch-env-"))
afterAll(() => rmSync(directory, { recursive: true }))
writeFileSync(join(directory, ".env"), "SITE_NAME=File\n")
writeFileSync(join(directory, "other.env"), "SITE_NAME=Other\n")

const read = (envFile: string | false | undefined, isDevelopment: boolean) =>
  readEnvFile({}, { directory, envFile, isDevelopment })

describe("the file of settings", () => {
  it("is read unasked in development alone", () => {
    expect(read(undefined, true)).toMatchObject({ path: ".env", env: { SITE_NAME: "File" } })
    expect(read(undefined, false)).toEqual({ status: "ready", env: {}, path: null })
  })

  it("is the one that was named, anywhere", () => {
    for (const isDevelopment of [true, false])
      expect(read("other.env", isDevelopment)).toMatchObject({ path: "other.env", env: { SITE_NAME: "Other" } })
  })

  it("is left out where that was asked for", () => {
    expect(read(false, true)).toEqual({ status: "ready", env: {}, path: null })
  })

  it("must be there when it was named, and is not quoted when it isn't", () => {
    expect(read("none.env", false)).toMatchObject({ status: "unreadable", problem: expect.stringContaining("ENOENT") })
    expect(read("", true)).toMatchObject({ status: "unreadable" })
  })

  it("need not be there in development", () => {
    const options = { directory: tmpdir(), envFile: undefined, isDevelopment: true }
    expect(readEnvFile({}, options)).toEqual({ status: "ready", env: {}, path: null })
  })
})

describe("the environment and the file", () => {
  it("are one, and what the environment says wins", () => {
    expect(mergeEnv({ A: "env" }, { A: "file", B: "file" })).toEqual({ A: "env", B: "file" })
  })

  it("count an empty variable as not set", () => {
    expect(mergeEnv({ A: " " }, { A: "file" })).toEqual({ A: "file" })
  })

  it("don't both set a setting, where one names a file and the other says it", () => {
    expect(mergeEnv({ A_FILE: "/run/a" }, { A: "file" })).toEqual({ A_FILE: "/run/a" })
    expect(mergeEnv({ A: "env" }, { A_FILE: "/run/a" })).toEqual({ A: "env" })
  })
})
