import type { EngineName } from "../engines/engine.ts"
import { authJs, authJsPostgres } from "./auth-js.ts"
import { betterAuth, betterAuthCached, betterAuthCachedPostgres, betterAuthPostgres } from "./better-auth.ts"
import type { Contender } from "./contender.ts"
import {
  bare,
  barePostgres,
  handWritten,
  handWrittenOneStatement,
  handWrittenPostgres,
  handWrittenShared,
} from "./hand-written.ts"
import {
  linklatch,
  linklatchAnswering,
  linklatchAnsweringPostgres,
  linklatchAnsweringPostgresRedis,
  linklatchLimited,
  linklatchLimitedPostgres,
  linklatchLimitedPostgresRedis,
  linklatchPostgres,
  linklatchPostgresRedis,
} from "./linklatch.ts"

/** Those that are measured side by side on an engine. */
export interface Field {
  /** The first as it is compared, then run in other ways. */
  readonly ours: readonly [Contender, ...Contender[]]
  readonly peers: readonly Contender[]
  readonly byHand: readonly Contender[]
}

const besidePostgres = {
  peers: [betterAuthPostgres, betterAuthCachedPostgres, authJsPostgres],
  byHand: [handWrittenPostgres, handWrittenOneStatement, barePostgres],
}

export const fields: Readonly<Record<EngineName, Field>> = {
  sqlite: {
    ours: [linklatch, linklatchLimited, linklatchAnswering],
    peers: [betterAuth, betterAuthCached, authJs],
    byHand: [handWritten, handWrittenShared, bare],
  },
  postgres: {
    ours: [linklatchPostgres, linklatchLimitedPostgres, linklatchAnsweringPostgres],
    ...besidePostgres,
  },
  // Nobody else has a use for Redis here.
  "postgres+redis": {
    ours: [linklatchPostgresRedis, linklatchLimitedPostgresRedis, linklatchAnsweringPostgresRedis],
    ...besidePostgres,
  },
}
