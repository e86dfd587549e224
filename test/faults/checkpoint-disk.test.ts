import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { type CheckpointOutlet, checkpointFile, type SignedCheckpoint } from "../../src/checkpoints.ts"
import { EMPTY_FRONTIER } from "../../src/core/tree/frontier.ts"
import { rootOf } from "../../src/core/tree/root-of.ts"
import { identity, noteOf } from "../../src/testing/contract/steps/sequence.ts"
import { askForMail } from "../app.ts"
import { ownApp } from "../attack/own-app.ts"

const canMount = process.getuid?.() === 0 && process.platform === "linux"
const { origin } = identity

it("AUD-8 seals on and lets people in while no checkpoint can be written to its file, and says so once", async () => {
  const app = ownApp({ audit: { outlets: [checkpointFile("/dev/full", { every: 0 })] }, clock: { now: Date.now } })
  const ada = app.browser()
  const message = await askForMail(app, ada, "ada@example.com")
  expect((await ada.press(message)).status).toBe(303)
  await expect.poll(() => app.store.sealing.backlog({ max: 1 }), { timeout: 5_000 }).toMatchObject({ events: 0 })
  await expect.poll(() => app.logLines.filter((line) => line.includes("checkpoint_outlet_failed"))).toHaveLength(1)
  const began = performance.now()
  await app.close()
  expect(performance.now() - began).toBeLessThan(3_000)
  expect(app.logLines.filter((line) => line.includes("checkpoint_outlet_failed"))).toHaveLength(1)
})

if (canMount)
  it("AUD-8 keeps the last whole checkpoint in a file whose disk is full, and goes on with room", keepLastWhole)
else console.log("Only root may mount a small disk: that a checkpoint file survives a full one isn't tried here.")

async function keepLastWhole(): Promise<void> {
  const folder = smallDisk()
  const outlet = checkpointFile(join(folder, "checkpoints"), { every: 0 })
  await publish(outlet, 1)
  const filler = join(folder, "filler")
  fill(filler)
  // The last page of the file has some room yet; then one is cut short in the middle.
  const isWritten = (size: number) => publish(outlet, size).then(() => true, isFull)
  let whole = 1
  while (await isWritten(whole + 1)) whole += 1
  expect(whole).toBeLessThan(100)
  expect(await isWritten(whole + 1)).toBe(false)
  expect(await outlet.latest(origin)).toBe(checkpointAt(whole).note)
  rmSync(filler)
  await publish(outlet, whole + 2)
  expect(await outlet.latest(origin)).toBe(checkpointAt(whole + 2).note)
}

function isFull(fault: unknown): false {
  expect(fault).toMatchObject({ code: "outlet_failed" })
  return false
}

function checkpointAt(size: number): SignedCheckpoint {
  const checkpoint = { origin, size, root: rootOf(EMPTY_FRONTIER), note: "", at: 0 }
  return { ...checkpoint, note: noteOf(checkpoint) }
}

function publish(outlet: CheckpointOutlet, size: number) {
  return outlet.publish(checkpointAt(size), async () => [])
}

function smallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-disk-"))
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "linklatch-checkpoints", folder])
  onTestFinished(() => {
    execFileSync("umount", [folder])
    rmSync(folder, { recursive: true })
  })
  return folder
}

/** Fills a file system to its last page. */
function fill(path: string): void {
  try {
    for (let size = 4_096; ; size += 4_096) writeFileSync(path, Buffer.alloc(size))
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== "ENOSPC") throw fault
  }
}
