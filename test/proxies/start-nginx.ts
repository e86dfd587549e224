import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { programPath, programs } from "../../scripts/ensure-program.ts"
import { atPorts, type StartProxy } from "./guarded-site.ts"
import { runProgram } from "./run-program.ts"

const EXAMPLE = join(import.meta.dirname, "../../examples/nginx")

/** Starts nginx on the files of examples/nginx, changed by nothing but the ports and `edit`. */
export function nginx(edit = (text: string) => text): StartProxy {
  return async (ports, folder) => {
    const site = readFileSync(join(EXAMPLE, "site.conf"), "utf8")
    writeFileSync(join(folder, "site.conf"), edit(atPorts(site, ports)))
    writeFileSync(join(folder, "nginx.conf"), readFileSync(join(EXAMPLE, "nginx.conf")))
    const path = programPath(programs.nginx)
    // Started by root, its workers are somebody else, who may not write into our folder.
    const user = process.getuid?.() === 0 ? ["-g", "user root;"] : []
    return runProgram(path, ["-p", folder, "-c", join(folder, "nginx.conf"), ...user], {
      cwd: folder,
      port: ports.proxy,
    })
  }
}
