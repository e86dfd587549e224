import { hash } from "node:crypto"
import type { LimitName } from "../audit/event.ts"
import type { Branded } from "../brand.ts"

/** At most `max` in any window of `windowMs`, wherever it begins. */
export interface Limit {
  readonly max: number
  readonly windowMs: number
}

/** SHA-256 of a limit's name and its subject: rows stay small and hold no address in clear. */
export type LimitKey = Branded<"LimitKey">

/** One use of a limit by one subject. */
export interface LimitTake extends Limit {
  readonly name: LimitName
  readonly key: LimitKey
}

/** What is left of a limit for its subject, in the terms of the `RateLimit` fields. */
export interface Quota extends Limit {
  readonly name: LimitName
  readonly remaining: number
  /** When the next one is admitted if none remain, else when the oldest stops counting: milliseconds since the epoch. */
  readonly resetAt: number
}

export interface LimitOutcome {
  readonly status: "admitted" | "refused"
  readonly quota: Quota
}

export function limitTake(name: LimitName, limit: Limit, subject: string): LimitTake
export function limitTake(name: LimitName, limit: Limit | null, subject: string): LimitTake | null
export function limitTake(name: LimitName, limit: Limit | null, subject: string): LimitTake | null {
  if (limit === null) return null
  return { ...limit, name, key: limitKey(name, subject) }
}

export function limitKey(name: LimitName, subject: string): LimitKey {
  return hash("sha256", `${name}\n${subject}`, "base64url") as LimitKey
}

/**
 * What is left, where `counted` uses count now. `leaving` is the oldest of them or, where they are more than `max`, the one that must
 * stop counting before one more is admitted.
 */
export function quotaOf({ name, max, windowMs }: LimitTake, counted: number, leaving: number): Quota {
  return { name, max, windowMs, remaining: Math.max(0, max - counted), resetAt: leaving + windowMs }
}
