// Writes what the SQLite migrations add up to, so that a review sees the effect of one. `--check` only compares.
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { projectRoot } from "./run-command.ts"

const folder = join(projectRoot, "src/stores/sqlite")
const target = join(folder, "schema.sql")
const schema = dumpSchema()

if (!process.argv.includes("--check")) {
  writeFileSync(target, schema)
} else if (!existsSync(target) || readFileSync(target, "utf8") !== schema) {
  console.error("src/stores/sqlite/schema.sql is not what the migrations make. Write it anew with: npm run schema")
  process.exitCode = 1
}

function dumpSchema(): string {
  const database = new DatabaseSync(":memory:")
  for (const file of globSync("migrations/*.sql", { cwd: folder }).sort()) {
    database.exec(readFileSync(join(folder, file), "utf8"))
  }
  const rows = database
    .prepare(
      `select sql from sqlite_master
        where sql is not null and name not like 'sqlite\\_%' escape '\\'
        order by tbl_name, case type when 'table' then 0 when 'index' then 1 else 2 end, name`,
    )
    .all()
  database.close()
  const header = "-- Made by scripts/dump-schema.ts from migrations/. Don't edit.\n"
  return header + rows.map((row) => `\n${row["sql"]};\n`).join("")
}
