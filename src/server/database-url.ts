import type { DatabaseConfig } from "./server-config.ts"

/** What DATABASE_URL names, or null where it names nothing that we know. */
export function readDatabaseUrl(text: string): DatabaseConfig | null {
  if (/^sqlite:./.test(text)) return { engine: "sqlite", path: text.replace(/^sqlite:(\/\/)?/, "") }
  return isPostgresUrl(text) ? { engine: "postgres", url: text } : null
}

/** A database as people may be told of it, without credentials: a path, or `postgres://host:port/name`. */
export function nameDatabase(database: DatabaseConfig): string {
  if (database.engine === "sqlite") return database.path
  const { host, pathname, searchParams } = new URL(database.url)
  return `postgres://${host || (searchParams.get("host") ?? "")}${pathname}`
}

/** Whether what goes to this server stays on this machine. */
export function isLocalServer(url: string): boolean {
  const { hostname, searchParams } = new URL(url)
  const host = decodeURIComponent(searchParams.get("host") ?? hostname)
  return host === "" || host.startsWith("/") || ["localhost", "127.0.0.1", "[::1]", "::1"].includes(host)
}

function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) return false
  // A password with a slash, an @ or a # in it that nobody encoded is read as a path, or cut off: it would be shown.
  if (!/^(\/[^/@]*)?$/.test(url.pathname) || url.hash !== "" || text.includes(" ")) return false
  if (url.host === "" && !url.searchParams.has("host")) return false
  return !url.host.includes(",") && [url.hostname, url.pathname, url.username, url.password].every(isEncodedWell)
}

/** What REDIS_URL may be: `redis://` or, encrypted, `rediss://`, with the number of a database at most. */
export function isRedisUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === "") return false
  const isBare = /^(\/\d{0,3})?$/.test(url.pathname) && url.search === "" && url.hash === ""
  return isBare && !url.host.includes(",") && [url.username, url.password].every(isEncodedWell)
}

function isEncodedWell(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
