import { type Database, quoteName } from "./database.ts"
import type { PostgresClient } from "./pool.ts"

const AGAIN_AFTER = 5_000

/** Keeps one connection that listens to a channel, and makes a new one when it is lost. Returns a function that stops it. */
export function keepListening(database: Database, channel: string, onWord: () => void): () => void {
  let connection: PostgresClient | null = null
  let again: NodeJS.Timeout | undefined
  let isStopped = false

  async function listen(): Promise<void> {
    try {
      connection = await database.connect()
      if (isStopped) return letGo()
      connection.on("notification", onWord)
      connection.on("error", listenLater)
      connection.on("end", listenLater)
      await connection.query(`listen ${quoteName(channel)}`)
    } catch {
      // Whoever works with the database says that it is away; until it is back there is nothing to hear.
      listenLater()
    }
  }

  function listenLater(): void {
    letGo()
    clearTimeout(again)
    if (!isStopped) again = setTimeout(() => void listen(), AGAIN_AFTER).unref()
  }

  // Its session listens: it must not go back to be used by others.
  function letGo(): void {
    const lost = connection
    connection = null
    lost?.release(true)
  }

  void listen()
  return () => {
    isStopped = true
    clearTimeout(again)
    letGo()
  }
}
