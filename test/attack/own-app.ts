import { mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { quickestParent } from "../../scripts/services/own-folder.ts"
import { type App, createApp } from "../app.ts"

/** An app for one test: it is closed when the test is over. */
export function ownApp(options: Parameters<typeof createApp>[0] = {}): App {
  const app = createApp(options)
  onTestFinished(() => app.close())
  return app
}

// Each commit waits for the disk, and no test here can tell whether it did.
const parent = quickestParent()

/** Where one test may keep a database that it wants to look into: it is deleted when the test is over. */
export async function ownFile(): Promise<string> {
  const folder = await mkdtemp(join(parent, "linklatch-attack-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, "auth.db")
}
