import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { Pass } from "./points.ts"

/**
 * The same database, which passes a point after each write, and before and after a transaction begins and commits: inside
 * a shared commit there is no port to wrap, but the store takes the database as an argument.
 */
export function watchedDatabase(database: DatabaseSync, pass: Pass): DatabaseSync {
  return bound(database, (key) => {
    if (key !== "prepare") return undefined
    return (sql: string) => watchedStatement(database.prepare(sql), nameOf(sql), pass)
  })
}

const RUNS = new Set(["run", "get", "all"])

function watchedStatement(statement: StatementSync, name: string | null, pass: Pass): StatementSync {
  if (name === null) return statement
  const isEdge = name === "begin" || name === "commit"
  return bound(statement, (key) => {
    if (!RUNS.has(key)) return undefined
    const run = statement[key as "run"].bind(statement)
    return (...args: Parameters<StatementSync["run"]>) => {
      if (isEdge) pass(`sqlite:before:${name}`)
      const result = run(...args)
      pass(`sqlite:after:${name}`)
      return result
    }
  })
}

/** `update outbox state` for `update outbox set state = …`; null for what writes nothing. */
function nameOf(sql: string): string | null {
  const [, verb = "", table = "", column] =
    /^\s*(begin|commit|insert into|delete from|update)\b\s*(\w*)(?:\s+set\s+(\w+))?/.exec(sql) ?? []
  if (verb === "") return null
  if (verb === "begin" || verb === "commit") return verb
  return [verb.replace(/ (?:into|from)$/, ""), table, ...(column === undefined ? [] : [column])].join(" ")
}

/** Methods of objects made in C++ must be called on those themselves. */
function bound<T extends object>(target: T, member: (key: string) => unknown): T {
  return new Proxy(target, {
    get(inner, key) {
      const own = typeof key === "string" ? member(key) : undefined
      const value: unknown = own ?? Reflect.get(inner, key, inner)
      return own === undefined && typeof value === "function" ? value.bind(inner) : value
    },
  })
}
