/** For authors of stores and for tests of applications: the contract of stores, a clock and a mailbox. */
export type { Expect, Expectation, TestDatabase, TestRunner } from "./testing/contract/lab.ts"
export { createFakeClock, type FakeClock } from "./testing/fake-clock.ts"
export { createSeededRandom } from "./testing/seeded-random.ts"
export { sharedStoreContract, storeContract } from "./testing/store-contract.ts"
export { createTestMailbox, type TestMailbox } from "./testing/test-mailbox.ts"
