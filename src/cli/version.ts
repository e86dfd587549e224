import { readFileSync } from "node:fs"

/** Of this package. */
export function version(): string {
  // The same way up from src/cli and from dist/cli.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8")
  return (JSON.parse(text) as { version: string }).version
}
