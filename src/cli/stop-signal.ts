/** Aborted at Ctrl-C or SIGTERM, the first time: a command ends what it is doing and says so. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort())
  return stop.signal
}
