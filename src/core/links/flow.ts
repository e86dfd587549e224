import type { Branded } from "../brand.ts"
import type { Random } from "../random.ts"
import { createSecret, hashSecret, isSecretShaped } from "../secret.ts"

/** The browser's half of a sign-in request: 32 random bytes, base64url, in the flow cookie and nowhere else. */
export type Flow = Branded<"Flow">
/** SHA-256 of a flow, base64url: what the request's row keeps. */
export type FlowHash = Branded<"FlowHash">

export const createFlow = (random: Random): Flow => createSecret(random) as Flow
export const hashFlow = (flow: Flow): FlowHash => hashSecret(flow) as FlowHash
export const parseFlow = (text: string): Flow | null => (isSecretShaped(text) ? (text as Flow) : null)
