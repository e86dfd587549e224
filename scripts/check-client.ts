import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { gzipSync } from "node:zlib"
import { projectRoot } from "./run-command.ts"

const MOST_BYTES = 1_500

/** What is wrong with the built client: it must run in a browser as it is, be small, and bring no types of the server along. */
export function checkClient(): { readonly exitCode: number; readonly output: string } {
  const code = readFileSync(join(projectRoot, "dist/client.js"), "utf8")
  // As bundlers leave it, or nearly: they shorten names too.
  const bytes = gzipSync(code.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "").replace(/\n\s*/g, "\n")).length
  const types = reach(join(projectRoot, "dist/client.d.ts"))
  const faults = [
    ...(/^\s*(?:import|export .* from)\b|\bimport\(/m.test(code) ? ["dist/client.js imports something."] : []),
    ...(bytes > MOST_BYTES ? [`The client is more than ${MOST_BYTES} bytes.`] : []),
    ...(types.size > 3 ? [`The client's types reach into ${[...types].join(", ")}.`] : []),
  ]
  const figure = `client: ${bytes} bytes, gzipped, and types in ${types.size} files\n`
  return { exitCode: faults.length, output: faults.map((fault) => `${fault}\n`).join("") + figure }
}

/** A declaration file and every one that it imports, however far off. */
function reach(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found
  found.add(file)
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/^(?:im|ex)port .*from "([^"]+)"/gm)) {
    if (path.startsWith(".")) reach(join(dirname(file), path.replace(/\.[jt]s$/, ".d.ts")), found)
    else found.add(path)
  }
  return found
}
