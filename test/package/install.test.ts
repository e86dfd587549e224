import { afterAll, beforeAll, describe } from "vitest"
import { type Consumer, linkedConsumer } from "./consumer.ts"
import { installFacts, README_NEEDS } from "./install-facts.ts"

// In short and on one Node; `npm run test:installs` asks the registry, and goes through all that we say we run on.
let consumer: Consumer
beforeAll(async () => {
  consumer = await linkedConsumer(README_NEEDS)
})
afterAll(() => consumer.remove())

describe("the package in somebody else's project", () => {
  installFacts(() => ({ program: process.execPath, args: [], folder: consumer.folder }))
})
