// Loaded ahead of every file of tests: whatever the API answers to any of them must be what docs/openapi.json says of it.
import { watchApi } from "./browser.ts"

watchApi(async (method, path, response) => {
  // Loaded when the first one comes: most files of tests never call the API.
  const { findFaults } = await import("./openapi.ts")
  const faults = await findFaults(method, path, response)
  if (faults.length > 0) throw new Error(`docs/openapi.json and the API disagree:\n${faults.join("\n")}`)
})
