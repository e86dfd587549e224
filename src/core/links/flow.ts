import type { Branded } from "../brand.ts"
import type { Random } from "../random.ts"
import { isSecretShaped } from "../secret.ts"
import { createTimedSecret, hashTimedSecret } from "../timed-secret.ts"

/** The browser's half of a sign-in request, in the flow cookie and nowhere else: 6 bytes of time and 26 random ones, base64url. */
export type Flow = Branded<"Flow">
/** The time of a flow and its SHA-256, both base64url: what the request's row keeps. */
export type FlowHash = Branded<"FlowHash">

export const createFlow = (random: Random, at: number): Flow => createTimedSecret(random, at) as Flow
export const hashFlow = (flow: Flow): FlowHash => hashTimedSecret(flow) as FlowHash
export const parseFlow = (text: string): Flow | null => (isSecretShaped(text) ? (text as Flow) : null)
