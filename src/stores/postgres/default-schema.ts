/** The schema of whoever names none, and of the server. */
export const DEFAULT_SCHEMA = "linklatch"
