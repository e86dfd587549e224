import { DAYS_CURE, days, fileOrOff, line, list, type Variable } from "./variable-shapes.ts"

/** What the audit log is told by the environment. */
export const auditVariables = {
  AUDIT_KEY: {
    schema: list,
    says: "Signs the audit log, in place of LINKLATCH_SECRET; of a list, the first signs and all verify",
    cure: "Make one with: openssl rand -base64 32",
    option: "audit.key",
    isSecret: true,
  },
  AUDIT_ORIGIN: {
    schema: line,
    says: "The audit log's name in its checkpoints",
    cure: "Give one as login.example.com/auth/log/2, or leave it out.",
    option: "audit.origin",
  },
  AUDIT_PATH: {
    schema: line,
    says: "Where the audit log is served to be verified, read-only; it isn't where this is missing",
    cure: "Give a path as /auth/log, or leave it out.",
    option: "audit.path",
  },
  AUDIT_PII_DAYS: {
    schema: days,
    says: "How long personal data of events is kept whose address has no user",
    cure: DAYS_CURE,
    option: "audit.personDays",
  },
  ERASURE_JOURNAL: {
    schema: fileOrOff,
    says: "Where erasures are noted, outside of the database",
    cure: "Give the path of a file that outlives a restored backup; or off, which notes none.",
    option: "audit.erasureJournal",
  },
} as const satisfies Record<string, Variable>
