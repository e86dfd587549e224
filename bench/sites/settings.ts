/** Where all sites believe to be reached: by https, through a proxy on this machine. Nothing leaves it. */
export const origin = "https://login.example.com"
export const secret = "a-secret-for-the-bench-that-is-long-enough"

/** How many connections each site may open to PostgreSQL: what Auth.js's documentation gives, for all alike. */
export const POOL_SIZE = 20
