// Starts two servers, tells where, and waits for its end.
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { startOwnRedis } from "../../scripts/services/own-redis.ts"

const servers = [await startOwnPostgres(), await startOwnRedis()]
process.send?.(servers.map(({ folder, port }) => ({ folder, port })))
