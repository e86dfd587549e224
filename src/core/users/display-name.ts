import type { Address } from "../addresses/canonical-address.ts"

/** A first name to greet with, made from the local part: `ada.lovelace+news@example.com` is "Ada Lovelace". */
export function displayNameFrom(address: Address): string {
  const local = address.slice(0, address.indexOf("@"))
  const words = (local.split("+")[0] || local).split(/[._-]+/).filter((word) => word !== "")
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ")
  return name === "" ? local : name
}
