import { line, list, type Variable } from "./variable-shapes.ts"

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
} as const satisfies Record<string, Variable>
