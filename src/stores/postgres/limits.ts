import { type LimitTake, type Quota, quotaOf } from "../../core/limits/limit.ts"
import type { LimitStore } from "../../core/store.ts"
import type { Decisions } from "./decisions.ts"
import { createWriter } from "./writer.ts"

/** What a function says of one limit that it took, or null where it took none. */
export type Told = readonly [told: "admitted" | "refused" | "reported", counted: number, leaving: number] | null

export function encodeLimit(limit: LimitTake | null) {
  if (limit === null) return null
  return { key: limit.key, max: limit.max, window_ms: limit.windowMs, detail: rateLimitedDetail(limit) }
}

/** What `rate_limited` says of the first refusal of a window. */
export function rateLimitedDetail({ name, windowMs }: LimitTake): string {
  return JSON.stringify({ limit: name, count: 1, windowSeconds: windowMs / 1_000 })
}

export function decodeQuota(limit: LimitTake | null, told: Told): Quota | null {
  return limit === null || told === null ? null : quotaOf(limit, told[1], told[2])
}

/** A refusal, for whoever shows it. */
export function rateLimited(limit: LimitTake | null, told: Told) {
  const quota = decodeQuota(limit, told)
  if (quota === null) throw new Error("A limit refused that was never taken.")
  return { status: "rate_limited", quota, isReported: told?.[0] === "reported" } as const
}

export function createLimits(decisions: Decisions): LimitStore {
  return {
    take: decisions.together({
      name: "take_limit",
      encode: ({ limit, address, client, at }: Parameters<LimitStore["take"]>[0]) => ({
        limits: encodeLimit(limit),
        address,
        at,
        writer: createWriter(client, address),
      }),
      keysOf: ({ limit }) => [limit.key],
      decode: (told, takes) =>
        takes.map(({ limit }, index) => {
          const [said, counted, leaving] = (told as NonNullable<Told>[])[index] ?? ["refused", limit.max, 0]
          return {
            status: said === "admitted" ? "admitted" : "refused",
            quota: quotaOf(limit, counted, leaving),
          } as const
        }),
    }),
  }
}
