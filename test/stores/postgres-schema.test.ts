import { expect, it } from "vitest"
import { postgres } from "../../src/postgres.ts"
import { createPostgresDatabase } from "../postgres.ts"
import { dumpPostgresSchema } from "./dump-postgres-schema.ts"

const HEADER = `-- What the migrations add up to, so that a review sees the effect of one. Don't edit; write it anew with:
--   npm test -- test/stores/postgres-schema.test.ts --update
`

it("has in PostgreSQL what schema.sql says", async () => {
  const { ownerUrl, schema } = await createPostgresDatabase()
  const store = postgres(ownerUrl, { schema })
  await store.migrate()
  await store.close()
  const dump = HEADER + (await dumpPostgresSchema(ownerUrl, schema))
  await expect(dump).toMatchFileSnapshot("../../src/stores/postgres/schema.sql")
})
