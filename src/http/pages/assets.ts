import { hash } from "node:crypto"
import { readFileSync } from "node:fs"

export interface Asset {
  readonly body: string
  readonly type: string
}

const TYPES = {
  "style.css": "text/css; charset=utf-8",
  "link.js": "text/javascript; charset=utf-8",
  "check-mail.js": "text/javascript; charset=utf-8",
  "private.js": "text/javascript; charset=utf-8",
} as const

/** The files that the pages load from `/auth/assets/`, by name. Read once, when the module is. */
export const assets: ReadonlyMap<string, Asset> = new Map(
  Object.entries(TYPES).map(([name, type]) => [
    name,
    { body: readFileSync(new URL(`./assets/${name}`, import.meta.url), "utf8"), type },
  ]),
)

/** Changes with any of the files. */
export const assetVersion: string = hash("sha256", JSON.stringify([...assets])).slice(0, 12)
