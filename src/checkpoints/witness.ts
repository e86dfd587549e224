import { hash } from "node:crypto"
import { MINUTE } from "../core/clock.ts"
import { checkNote } from "../core/notes/check-note.ts"
import { timeOfCosignature } from "../core/notes/cosignature.ts"
import { addSignatures } from "../core/notes/sign-note.ts"
import { readNote, type SignedNote } from "../core/notes/signed-note.ts"
import { COSIGNATURE, readVerifierKey, type VerifierKey } from "../core/notes/verifier-key.ts"
import type { CheckpointOutlet, ProveConsistency, SignedCheckpoint } from "../core/sealing/checkpoint-outlet.ts"
import { hashBase64 } from "../core/tree/encode-hash.ts"
import { exchange, PATIENCE, type Reply } from "./exchange.ts"
import { badOutlet, outletFailed } from "./outlet-failed.ts"
import { readOutletUrl } from "./outlet-url.ts"

export interface WitnessOptions {
  /** The witness's verifier key, as it publishes it: `witness.example.org/w1+1a2b3c4d+BH…`. Nothing that it says is believed without. */
  readonly key: string
  /** What stands before `/add-checkpoint` in its address: https, or http on this machine. */
  readonly url: string
  /** Least time between two checkpoints that it is given, in milliseconds. Default a minute. */
  readonly every?: number | undefined
  /** How long the whole of an answer may take, in milliseconds. Default 10 seconds. */
  readonly timeout?: number | undefined
}

type Ask = (path: string, init: { readonly method: "GET" | "POST"; readonly body?: string }) => Promise<Reply>

/**
 * Asks a witness for its cosignature (C2SP tlog-witness): it signs only what follows from the checkpoint that it signed before, so that a log
 * that was changed, cut or forked gets none.
 *
 * @throws LinklatchError `invalid_configuration` where an option is wrong
 */
export function witness(options: WitnessOptions): CheckpointOutlet {
  const { key, url } = readOptions(options)
  const { every = MINUTE, timeout = PATIENCE } = options
  const closing = new AbortController()
  const ask: Ask = (path, init) => exchange(addressOf(url, path), { ...init, signal: closing.signal, timeout })
  /** How large each log was when the witness last cosigned it, as far as we know. */
  const seen = new Map<string, number>()
  return {
    name: `witness ${key.name}`,
    every,
    async publish(checkpoint, prove) {
      const { origin, size } = checkpoint
      const reply = await submit(ask, checkpoint, prove, seen)
      if (reply.status !== 200) throw refused(reply.status, key, seen.get(origin) ?? 0)
      const cosigned = addCosignature(checkpoint.note, reply.body, key)
      seen.set(origin, size)
      return { cosigned }
    },
    async latest(origin) {
      const { status, body } = await ask(`${hash("sha256", origin, "hex")}/checkpoint`, { method: "GET" })
      if (status >= 500) throw outletFailed(`The witness ${key.name} answered with ${status}.`)
      const note = status === 200 ? readNote(body) : null
      return note?.text.startsWith(`${origin}\n`) && isCosigned(note, key) ? body : null
    },
    async close() {
      closing.abort()
    },
  }
}

function readOptions(options: WitnessOptions): { key: VerifierKey; url: URL } {
  const key = typeof options.key === "string" ? readVerifierKey(options.key) : null
  const url = readOutletUrl(options.url)
  if (key?.type !== COSIGNATURE) {
    const cure = "Copy the verifier key that the witness publishes, for cosignatures by Ed25519."
    throw badOutlet("witness.key", "It is not the key of a witness.", cure)
  }
  if (url === null || url.search !== "") {
    const cure = "Give its submission prefix, an https address. Plain http works on this machine only."
    throw badOutlet("witness.url", "It is not the address of a witness.", cure)
  }
  return { key, url }
}

// The first answer may say how large the log was that the witness saw last; the second is then the one that counts, unless somebody else was
// quicker in between.
const MAX_TRIES = 3

async function submit(
  ask: Ask,
  checkpoint: SignedCheckpoint,
  prove: ProveConsistency,
  seen: Map<string, number>,
): Promise<Reply> {
  const { origin, size, note } = checkpoint
  let reply: Reply = { status: 409, contentType: "", body: "" }
  for (let tries = 0; tries < MAX_TRIES && reply.status === 409; tries += 1) {
    const oldSize = seen.get(origin) ?? 0
    if (oldSize > size) return reply
    const proof = oldSize === 0 || oldSize === size ? [] : await prove(oldSize)
    const body = `old ${oldSize}\n${proof.map((one) => `${hashBase64(one)}\n`).join("")}\n${note}`
    reply = await ask("add-checkpoint", { method: "POST", body })
    if (reply.status === 409) seen.set(origin, sizeIn(reply))
  }
  return reply
}

function addressOf(url: URL, path: string): URL {
  return new URL(`${url.href.replace(/\/+$/, "")}/${path}`)
}

function sizeIn({ contentType, body }: Reply): number {
  const size = contentType === "text/x.tlog.size" && /^(?:0|[1-9]\d{0,15})\n$/.test(body) ? Number(body) : Number.NaN
  if (Number.isSafeInteger(size)) return size
  throw outletFailed("The witness didn't say how large the log was that it saw last.")
}

/** The note with the lines of this witness, and no others: what somebody else signed would be believed by nobody's key here. */
function addCosignature(note: string, lines: string, key: VerifierKey): string {
  const text = readNote(note)?.text ?? ""
  const answered = readNote(`${text}\n${lines}`)
  if (answered === null || !isCosigned(answered, key)) {
    throw outletFailed(`The witness ${key.name} answered with no cosignature of its own.`)
  }
  const own = answered.signatures.filter(({ name, id }) => name === key.name && id === key.id)
  return addSignatures(
    note,
    own.map(({ line }) => line),
  )
}

function isCosigned(note: SignedNote, key: VerifierKey): boolean {
  const own = note.signatures.filter(({ name, id }) => name === key.name && id === key.id)
  // C2SP tlog-witness: the time must not be left out.
  return (
    checkNote(note, [key]).verified.length === 1 && own.every(({ signature }) => timeOfCosignature(signature) !== 0)
  )
}

function refused(status: number, { name }: VerifierKey, seen: number): Error {
  return outletFailed(
    `The witness ${name} refused the checkpoint (${status}). ${REASONS[status]?.(seen) ?? "Look in its log."}`,
  )
}

const REASONS: Readonly<Record<number, (seen: number) => string>> = {
  403: () => "It knows this log by another key: give it the one that signs now.",
  404: () => "It doesn't know this log: give it the log's verifier key.",
  409: (seen) =>
    `It has cosigned ${seen} events, more than this one has: unless another process is ahead, the log was cut, or an older copy was restored.`,
  422: (seen) => `It doesn't follow from the ${seen} events that were cosigned before: they were changed.`,
}
