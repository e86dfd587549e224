import { userInfo } from "node:os"
import type { Client } from "../core/audit/event.ts"
import { version } from "./version.ts"

/**
 * Who acts by a command, for the log: there is no browser, so the command and the user of this machine stand where one
 * would. It is personal data as any other: beside the log, erasable.
 */
export function commandClient(command: string): Client {
  return { ip: null, userAgent: `linklatch/${version()} (${command}; ${machineUser()})` }
}

// A container may run as a number that has no name.
function machineUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`
  }
}
