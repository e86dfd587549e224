import { type Clock, SECOND, systemClock } from "../core/clock.ts"
import type { Log } from "../core/log.ts"
import { cosignCheckpoint } from "../core/notes/cosignature.ts"
import type { LogKey } from "../core/notes/log-key.ts"
import { COSIGNATURE, type VerifierKey, verifierKeyOf, writeVerifierKey } from "../core/notes/verifier-key.ts"
import { closeServer, createHttpServer, listen } from "../server/http-server.ts"
import { answerWitness } from "./answer-witness.ts"
import type { WitnessState } from "./witness-state.ts"

export interface WitnessServerOptions {
  readonly host: string
  /** 0: the system picks one. */
  readonly port: number
  /** As in its verifier key: a schema-less URL. */
  readonly name: string
  readonly key: LogKey
  /** Closed with the server. */
  readonly state: WitnessState
  /** Keys of the logs that are witnessed: the name of each is the log's origin. */
  readonly logs: readonly VerifierKey[]
  readonly log: Log
  readonly clock?: Clock
}

export interface RunningWitness {
  readonly host: string
  readonly port: number
  /** What logs are told to trust. */
  readonly verifierKey: string
  stop(): Promise<void>
}

const PATIENCE_WITH_REQUESTS = 3 * SECOND

/** Serves C2SP tlog-witness. */
export async function startWitness(options: WitnessServerOptions): Promise<RunningWitness> {
  const { host, name, key, state, logs, log, clock = systemClock } = options
  const verifierKey = writeVerifierKey(verifierKeyOf(name, COSIGNATURE, key.publicKey))
  const cosign = (text: string) => cosignCheckpoint(text, { name, key, at: Math.floor(clock.now() / SECOND) })
  const server = createHttpServer((incoming) => answerWitness(incoming, { state, logs, cosign }, log))
  const port = await listen(server, host, options.port)
  return {
    host,
    port,
    verifierKey,
    async stop() {
      await closeServer(server, PATIENCE_WITH_REQUESTS)
      state.close()
    },
  }
}
