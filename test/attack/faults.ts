import { DatabaseSync } from "node:sqlite"

/** How a write fails: its statement, its whole transaction, or only the commit at the end of it. */
export type Failure = "abort" | "fail" | "rollback" | "commit"

const OBJECTS = "select type, name from sqlite_master where name like 'fault%' and type in ('trigger', 'table')"

/**
 * Makes a write fail in a database that a site has open, as a full or a broken disk would. `write` is what a trigger
 * stands for: "insert on sessions", "update of state on outbox when new.state = 'sent'".
 */
export function failOn(path: string, write: string, failure: Failure = "abort"): void {
  change(path, (database) => {
    if (failure !== "commit") {
      database.exec(`create trigger fault before ${write} begin select raise(${failure}, 'fault'); end`)
      return
    }
    // A row without its parent is found out at the commit, when every statement of the decision has succeeded.
    database.exec("create table fault_parent (id integer primary key)")
    database.exec("create table fault_child (id integer references fault_parent deferrable initially deferred)")
    database.exec(`create trigger fault before ${write} begin insert into fault_child values (1); end`)
  })
}

/** Takes the failure away again. */
export function mend(path: string): void {
  change(path, (database) => {
    const objects = database.prepare(OBJECTS).all()
    // Children go before their parents.
    for (const { type, name } of objects.toSorted((a, b) => String(a["name"]).localeCompare(String(b["name"])))) {
      database.exec(`drop ${type} if exists ${name}`)
    }
  })
}

function change(path: string, act: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path)
  act(database)
  database.close()
}
