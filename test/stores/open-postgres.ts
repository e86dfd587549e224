import { postgres } from "../../src/postgres.ts"

/** Where another process finds the database of a test. */
export interface PostgresAddress {
  readonly url: string
  readonly schema: string
}

export function openStore({ url, schema }: PostgresAddress) {
  return postgres(url, { schema })
}
