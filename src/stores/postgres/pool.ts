/** What is used of a `Pool` of `pg`: an application may give its own. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  connect(): Promise<PostgresClient>
  end(): Promise<void>
  /** How many connections it may have. */
  readonly options?: { readonly max?: number | undefined }
}

/** A connection of a pool, until it is released. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  on(event: "notification" | "error" | "end", listener: (message: never) => void): unknown
  release(isBroken?: boolean): void
}
