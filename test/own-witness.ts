import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import type { Clock } from "../src/core/clock.ts"
import type { LogFields } from "../src/core/log.ts"
import { deriveLogKey } from "../src/core/notes/log-key.ts"
import { readVerifierKey, type VerifierKey } from "../src/core/notes/verifier-key.ts"
import { hashBase64 } from "../src/core/tree/encode-hash.ts"
import { startWitness } from "../src/witness/start-witness.ts"
import { openWitnessState } from "../src/witness/witness-state.ts"
import type { SampleLog } from "./sample-log.ts"

/** Our witness, on a port and a file of the test's own. */
export interface OwnWitness {
  readonly url: string
  readonly key: VerifierKey
  readonly verifierKey: string
  readonly statePath: string
  /** What it has written to its log: event and fields. */
  readonly lines: readonly LogFields[]
  /** Asks for a signature as a log does. */
  add(body: string): Promise<Added>
  stop(): Promise<void>
}

export interface Added {
  readonly status: number
  readonly contentType: string | null
  readonly body: string
}

export interface OwnWitnessOptions {
  readonly logs: readonly string[]
  readonly statePath?: string
  readonly clock?: Clock
}

export async function ownWitness({ logs, statePath, clock }: OwnWitnessOptions): Promise<OwnWitness> {
  const path = statePath ?? join(await ownFolder(), "witness.db")
  const lines: LogFields[] = []
  const write = (event: string, fields?: LogFields) => void lines.push({ event, ...fields })
  const running = await startWitness({
    host: "127.0.0.1",
    port: 0,
    name: "witness.example.org/w1",
    key: deriveLogKey(`witness-${"k".repeat(32)}`),
    state: openWitnessState(path),
    logs: logs.map((key) => readVerifierKey(key) as VerifierKey),
    log: { info: write, warn: write, error: write },
    ...(clock && { clock }),
  })
  let stopping: Promise<void> | null = null
  const stop = () => (stopping ??= running.stop())
  onTestFinished(stop)
  const url = `http://127.0.0.1:${running.port}`
  const { verifierKey } = running
  return {
    url,
    key: readVerifierKey(verifierKey) as VerifierKey,
    verifierKey,
    statePath: path,
    lines,
    add: (body) => addTo(url, body),
    stop,
  }
}

export async function addTo(url: string, body: string): Promise<Added> {
  const response = await fetch(`${url}/add-checkpoint`, { method: "POST", body })
  return { status: response.status, contentType: response.headers.get("content-type"), body: await response.text() }
}

export async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-witness-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** The body of `add-checkpoint`, as C2SP tlog-witness has it. */
export async function submissionOf(log: SampleLog, oldSize: number, size: number): Promise<string> {
  const proof = oldSize === 0 ? [] : await log.prove(oldSize, size)
  const { note } = await log.checkpoint(size)
  return `old ${oldSize}\n${proof.map((hash) => `${hashBase64(hash)}\n`).join("")}\n${note}`
}
