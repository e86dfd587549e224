import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { programPath, programs } from "../../scripts/ensure-program.ts"
import { atPorts, type StartProxy } from "./guarded-site.ts"
import { runProgram } from "./run-program.ts"

const EXAMPLE = join(import.meta.dirname, "../../examples/caddy/Caddyfile")
// Its door for changes would be port 2019, which may be somebody else's.
const OWN = "{\n\tadmin off\n}\n\n"

/** Starts Caddy on examples/caddy/Caddyfile, changed by nothing but the ports and `edit`. */
export function caddy(edit = (text: string) => text): StartProxy {
  return async (ports, folder) => {
    const file = join(folder, "Caddyfile")
    writeFileSync(file, OWN + edit(atPorts(readFileSync(EXAMPLE, "utf8"), ports)))
    const path = programPath(programs.caddy)
    return runProgram(path, ["run", "--config", file], { cwd: folder, env: { HOME: folder }, port: ports.proxy })
  }
}
