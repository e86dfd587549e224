import { canonicalAddress } from "../addresses/canonical-address.ts"
import { LinklatchError } from "../fault.ts"
import { storableText } from "../storable-text.ts"
import { type ApplicationDetail, type Client, nobody } from "./event.ts"
import type { NewEvent } from "./new-event.ts"

/** An event as an application hands it in. */
export interface ApplicationEvent {
  /** A name of the application's own, with a dot in it: `shop.order_placed`. */
  readonly type: `${string}.${string}`
  /** At most 255 characters. */
  readonly userId?: string | undefined
  readonly email?: string | undefined
  /** Flat, at most 4 kB as JSON. */
  readonly detail?: ApplicationDetail | undefined
  readonly client?: Client | undefined
}

const TYPE_SHAPE = /^[a-z][a-z0-9_]{0,31}(?:\.[a-z][a-z0-9_]{0,31}){1,3}$/
const MAX_DETAIL_LENGTH = 4_096
// With the detail far below the 65,535 bytes that a leaf has in a bundle of entries (C2SP tlog-tiles).
const MAX_USER_ID_LENGTH = 255

/** Checks an application's event. Our own names have no dot, so that nobody can write a false one of ours. */
export function readApplicationEvent(event: ApplicationEvent, at: number): NewEvent {
  if (!TYPE_SHAPE.test(event.type))
    throw misuse(`An event's name is lower case with a dot in it, like "shop.order_placed".`)
  const typed = event.email === undefined ? null : canonicalAddress(event.email)
  if (typed !== null && typed.status !== "valid") throw misuse("The event's email is not a mail address.")
  if ((event.userId?.length ?? 0) > MAX_USER_ID_LENGTH) throw misuse("An event's userId has at most 255 characters.")
  const detail = readDetail(event.detail)
  const address = typed === null ? null : typed.address
  return {
    type: event.type,
    at,
    userId: event.userId === undefined ? null : storableText(event.userId),
    address,
    client: readClient(event.client),
    detail,
  }
}

function readDetail(detail: ApplicationDetail = {}): ApplicationDetail {
  const members = Object.entries(detail).map(([name, value]) => {
    return [storableText(name), typeof value === "string" ? storableText(value) : value] as const
  })
  const read = Object.fromEntries(members)
  if (!Object.values(read).every(isFlat) || JSON.stringify(read).length > MAX_DETAIL_LENGTH) {
    throw misuse("An event's detail is a flat object of texts, finite numbers, booleans and nulls, at most 4 kB.")
  }
  return read
}

function readClient({ ip, userAgent }: Client = nobody): Client {
  return { ip: ip === null ? null : storableText(ip), userAgent: userAgent === null ? null : storableText(userAgent) }
}

function isFlat(value: unknown): boolean {
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)
}

function misuse(message: string): LinklatchError {
  return new LinklatchError("invalid_argument", message)
}
