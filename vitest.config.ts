import { defineConfig } from "vitest/config"

// node:sqlite holds native handles, and a test may kill its process: processes, not threads.
const common = {
  pool: "forks",
  testTimeout: 10_000,
  hookTimeout: 20_000,
  setupFiles: ["test/properties.ts", "test/api-answers.ts", "test/leave-nothing.ts"],
}
// Three files at a time on two cores: much of their time they wait for processes and servers that they started.
const together = (groupOrder: number) => ({ ...common, maxWorkers: 3, sequence: { groupOrder } })
const alone = (groupOrder: number) => ({ ...common, maxWorkers: 1, sequence: { groupOrder } })
// A process for many files, where starting one for each and loading its modules took up to half of the time. Our modules keep no state
// but caches and random bytes that lie ready; each test has a site, a database and a clock of its own, and takes back what it
// changes of its process; `test/leave-nothing.ts` takes away what helpers made.
const shared = { isolate: false }

export default defineConfig({
  test: {
    projects: [
      { test: { ...together(0), ...shared, name: "unit", include: ["{src,bench}/**/*.test.ts"] } },
      { test: { ...together(0), name: "stores", include: ["test/stores/**/*.test.ts"] } },
      { test: { ...together(0), ...shared, name: "http", include: ["test/{http,mounts}/**/*.test.ts"] } },
      {
        test: {
          ...together(0),
          name: "package",
          include: ["test/{package,examples}/**/*.test.ts"],
          globalSetup: ["test/package/build-once.ts"],
          testTimeout: 30_000,
          // Processes of their own start and write when the machine lets them.
          expect: { poll: { timeout: 5_000 } },
        },
      },
      {
        test: {
          ...alone(3),
          name: "installs",
          include: ["test/installs/**/*.test.ts"],
          globalSetup: ["test/package/build-once.ts"],
          testTimeout: 60_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 5_000 } },
        },
      },
      { test: { ...together(0), name: "docs", include: ["test/docs/**/*.test.ts"] } },
      { test: { ...together(0), name: "cli", include: ["test/cli/**/*.test.ts"], testTimeout: 30_000 } },
      { test: { ...together(1), name: "faults", include: ["test/faults/**/*.test.ts"], testTimeout: 120_000 } },
      {
        test: { ...together(1), ...shared, name: "attack", include: ["test/attack/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        test: { ...together(2), name: "proxies", include: ["test/proxies/**/*.test.ts"], testTimeout: 30_000 },
      },
      {
        test: {
          ...together(2),
          name: "deploy",
          include: ["test/deploy/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...together(2),
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
