/** How long seeded links and sessions last: longer than any run. */
export const LINKS_LAST_MS = 24 * 3_600_000
