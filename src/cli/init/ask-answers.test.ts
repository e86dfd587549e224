import { PassThrough } from "node:stream"
import { setImmediate } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import type { Answered, AnswerSource } from "./answers.ts"
import { askAnswers } from "./ask-answers.ts"

const ENTER = "\r"
const DOWN = "\u001b[B"
const CTRL_C = "\u0003"
const CLEAR = "\u0015"

const source = (all: AnswerSource) => ({
  siteName: all,
  baseUrl: all,
  adminEmails: all,
  signUp: all,
  mail: all,
  framework: all,
})

const known: Answered = {
  answers: {
    siteName: "Demo Shop",
    baseUrl: "http://localhost:3000",
    adminEmails: [],
    signUp: "open",
    mail: "mailbox",
    framework: "express",
  },
  sources: source("default"),
}

/** Answers the questions with these keys, one after another, as each question is shown. */
async function answerWith(keys: readonly string[], change: Partial<Answered> = {}) {
  const input = new PassThrough()
  const output = new PassThrough()
  let shown = ""
  output.setEncoding("utf8").on("data", (chunk: string) => {
    shown += chunk
  })
  const asked = askAnswers({ ...known, ...change }, { input, output })
  for (const key of keys) {
    // A few turns for the question to be shown, or the key before to be answered: a key may be answered by nothing.
    for (let turn = 0; turn < 20; turn++) await setImmediate()
    input.write(key)
  }
  return { answered: await asked, shown: () => shown }
}

describe("asking at a terminal", () => {
  it("takes what is suggested with Enter", async () => {
    const { answered } = await answerWith([ENTER, ENTER, ENTER, ENTER, ENTER, ENTER])
    expect(answered).toEqual({ answers: known.answers, sources: source("asked") })
  })

  it("takes what is typed and chosen", async () => {
    const keys = [
      ...[CLEAR, "Example", ENTER],
      ...[CLEAR, "https://login.example.com", ENTER],
      ...["ada@example.com, bob@example.com", ENTER],
      ...[DOWN, DOWN, ENTER],
      ...[DOWN, ENTER],
      ...[DOWN, ENTER],
    ]
    expect((await answerWith(keys)).answered?.answers).toEqual({
      siteName: "Example",
      baseUrl: "https://login.example.com",
      adminEmails: ["ada@example.com", "bob@example.com"],
      signUp: "closed",
      mail: "smtp",
      framework: "fastify",
    })
  })

  it("asks again where an answer is wrong, and says why", async () => {
    const wrong = [CLEAR, "not an address", ENTER]
    const { answered, shown } = await answerWith([
      ...[ENTER, ...wrong, CLEAR, "https://example.com", ENTER],
      ...["nobody", ENTER, CLEAR, ENTER, ENTER, ENTER, ENTER],
    ])
    expect(answered?.answers).toMatchObject({ baseUrl: "https://example.com", adminEmails: [] })
    expect(shown()).toContain("It is not the address of a site.")
    expect(shown()).toContain("is not a mail address.")
  })

  it("lets nobody choose to let nobody in", async () => {
    const { answered } = await answerWith([ENTER, ENTER, ENTER, DOWN, ENTER, ENTER, ENTER])
    expect(answered?.answers.signUp).toBe("open")
  })

  it("asks nothing that a flag or the file says", async () => {
    const sources = { ...source("flag"), mail: "kept", framework: "folder" } as const
    const { answered, shown } = await answerWith([ENTER], { sources })
    expect(answered).toEqual({ answers: known.answers, sources: { ...sources, framework: "asked" } })
    expect(shown()).not.toContain("How does mail leave?")
  })

  it("is nothing when it is stopped, at any question", async () => {
    for (let question = 0; question < 6; question++) {
      const { answered } = await answerWith([...Array(question).fill(ENTER), CTRL_C])
      expect(answered, `question ${question}`).toBe(null)
    }
  })
})
