/** A way to a syslog server. */
export interface SyslogChannel {
  /** Resolves once the message has left this process; rejects where that is known to have failed. */
  send(message: Buffer): Promise<void>
  close(): Promise<void>
}
