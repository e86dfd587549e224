import { afterAll, beforeAll, describe } from "vitest"
import { type Consumer, linkedConsumer } from "./consumer.ts"
import { TYPES_NEEDED, typeFacts } from "./type-facts.ts"

let consumer: Consumer
beforeAll(async () => {
  consumer = await linkedConsumer(TYPES_NEEDED)
})
afterAll(() => consumer.remove())

describe("the package's types", () => {
  typeFacts(() => ({ folder: consumer.folder, tsc: "tsc" }), { every: false })
})
