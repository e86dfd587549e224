/** How a column is kept: engines have types of their own, and a row on the way knows only these. `bytes` travel as hex, `times` as numbers. */
type ColumnKind = "text" | "integer" | "boolean" | "bytes" | "times"

/** A table as both engines have it. */
export interface MovedTable {
  readonly name: string
  readonly columns: Readonly<Record<string, ColumnKind>>
  /** Unique, never null, and in an index of both engines: rows are read in its order, which is that of bytes. */
  readonly key: readonly string[]
  /** The column that people are told a row by. Never a hash that a secret has (P12). */
  readonly shownBy: string
  /** Numbers are given to its rows, in `seq`, and go on above what was moved. */
  readonly isNumbered: boolean
  /** Its one row is there from the beginning, in a database that holds nothing yet as well: a move begins by taking it away. */
  readonly hasOneRow: boolean
}

const plain = { isNumbered: false, hasOneRow: false } as const
const numbered = { isNumbered: true, hasOneRow: false } as const
const single = { isNumbered: false, hasOneRow: true } as const

/**
 * Everything that a database holds, parents before children. What only one engine has stays behind: on PostgreSQL `rate_limits`
 * notes the limit and what was told last, for the one statement that writes and then reads them. So does the lease on sealing, as
 * nobody seals meanwhile, and how far walks through whole tables have come, as they may begin anew.
 */
export const movedTables: readonly MovedTable[] = [
  {
    ...plain,
    name: "users",
    columns: {
      user_id: "text",
      address: "text",
      display_name: "text",
      created_at: "integer",
      disabled_at: "integer",
      closed_through: "integer",
    },
    key: ["user_id"],
    shownBy: "user_id",
  },
  {
    ...plain,
    name: "user_providers",
    columns: {
      user_id: "text",
      provider: "text",
      first_used_at: "integer",
      last_used_at: "integer",
      uses: "integer",
    },
    key: ["user_id", "provider"],
    shownBy: "user_id",
  },
  {
    ...numbered,
    name: "sign_in_requests",
    columns: {
      seq: "integer",
      request_id: "text",
      address: "text",
      flow_hash: "text",
      match_number: "integer",
      next: "text",
      locale: "text",
      device: "text",
      ip: "text",
      user_agent: "text",
      requested_at: "integer",
      closed_at: "integer",
      code_tries: "integer",
    },
    key: ["request_id"],
    shownBy: "request_id",
  },
  {
    ...numbered,
    name: "magic_link_tokens",
    columns: {
      seq: "integer",
      token_hash: "text",
      link_id: "text",
      request_id: "text",
      flow_hash: "text",
      address: "text",
      code_hash: "text",
      minted_at: "integer",
      expires_at: "integer",
      consumed_at: "integer",
      superseded_at: "integer",
      prefetched_at: "integer",
      match_tries: "integer",
    },
    // Hashes of tokens are in no order; those of flows begin with their time, so rows are read as they lie on the disk.
    key: ["flow_hash", "seq"],
    shownBy: "link_id",
  },
  {
    ...plain,
    name: "sessions",
    columns: {
      token_hash: "text",
      session_id: "text",
      user_id: "text",
      created_at: "integer",
      last_seen_at: "integer",
      idle_expires_at: "integer",
      expires_at: "integer",
      revoked_at: "integer",
      revoked_reason: "text",
      provider: "text",
      proven_at: "integer",
      device: "text",
      ip: "text",
      user_agent: "text",
    },
    key: ["token_hash"],
    shownBy: "session_id",
  },
  {
    ...plain,
    name: "outbox",
    columns: {
      outbox_id: "text",
      request_id: "text",
      state: "text",
      is_over_limit: "boolean",
      attempts: "integer",
      due_at: "integer",
      deadline: "integer",
      lease_id: "text",
      reason: "text",
      settled_at: "integer",
    },
    key: ["outbox_id"],
    shownBy: "outbox_id",
  },
  {
    ...plain,
    name: "rate_limits",
    columns: { limit_key: "text", hits: "times", expires_at: "integer", reported_until: "integer" },
    key: ["limit_key"],
    shownBy: "limit_key",
  },
  {
    ...plain,
    name: "auth_event_pii",
    columns: { pii_id: "text", salt: "bytes", address: "text", ip: "text", user_agent: "text" },
    key: ["pii_id"],
    shownBy: "pii_id",
  },
  {
    ...numbered,
    name: "auth_events",
    columns: {
      seq: "integer",
      event_id: "text",
      at: "integer",
      type: "text",
      user_id: "text",
      detail: "text",
      pii_id: "text",
      commitment: "text",
    },
    key: ["seq"],
    shownBy: "event_id",
  },
  {
    ...plain,
    name: "audit_tiles",
    columns: { level: "integer", tile_index: "integer", hashes: "bytes" },
    key: ["level", "tile_index"],
    shownBy: "tile_index",
  },
  {
    ...plain,
    name: "audit_bundles",
    columns: { bundle_index: "integer", ranges: "text" },
    key: ["bundle_index"],
    shownBy: "bundle_index",
  },
  {
    ...plain,
    name: "audit_checkpoints",
    columns: { size: "integer", note: "text", signed_at: "integer", is_cosigned: "boolean" },
    key: ["size"],
    shownBy: "size",
  },
  {
    ...plain,
    name: "audit_prunes",
    columns: { first_seq: "integer", last_seq: "integer" },
    key: ["first_seq"],
    shownBy: "first_seq",
  },
  {
    ...single,
    name: "audit_log",
    // The cursor as an engine writes it that has no open transactions: those of the source are no more.
    columns: { size: "integer", cursor: "text", min_index: "integer" },
    key: ["size"],
    shownBy: "size",
  },
]
