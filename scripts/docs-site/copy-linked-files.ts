import { cpSync } from "node:fs"
import { join } from "node:path"
import { copiedFile } from "../../docs/.vitepress/site-links.ts"
import { projectRoot } from "../run-command.ts"
import { linkedAddresses } from "./check-links.ts"

/** Puts a copy of every repository file that the site's pages link to beside them, as text. Returns how many. */
export function copyLinkedFiles(site: string): number {
  const files = [...linkedAddresses(site)].flatMap((address) => copiedFile(decodeURIComponent(address)) ?? [])
  for (const file of files) cpSync(join(projectRoot, file), join(site, "files", `${file}.txt`))
  return files.length
}
