import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { readEnvironment } from "../../src/server/environment.ts"

/** A good value for each secret that a deployment keeps in a file, by the variable that names the file. */
const SECRETS: Readonly<Record<string, string>> = {
  LINKLATCH_SECRET_FILE: "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU",
  DATABASE_URL_FILE: "postgres://linklatch_app:password@postgres:5432/linklatch?sslmode=verify-full",
  REDIS_URL_FILE: "rediss://:password@redis:6379",
  SMTP_URL_FILE: "smtps://user:password@mail.example.com:465",
}

/** What the server says of the settings that a deployment gives it, with files in place of its secrets. */
export function readSettings(environment: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-settings-"))
  try {
    const env = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => {
        const secret = SECRETS[name]
        if (secret === undefined) return [name, value]
        const file = join(folder, basename(value))
        writeFileSync(file, secret)
        return [name, file]
      }),
    )
    const outcome = readEnvironment(env, { command: "serve", directory: folder })
    return { outcome, files: Object.keys(environment).filter(namesSecret) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Whether a variable names the file of a secret: one names a file that is written. */
export function namesSecret(variable: string): boolean {
  return variable.endsWith("_FILE") && variable !== "AUDIT_CHECKPOINT_FILE"
}
