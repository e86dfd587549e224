import { expect, it } from "vitest"
import { readSyslogUrl } from "./syslog-url.ts"

it.each([
  ["udp://10.0.0.9", { transport: "udp", host: "10.0.0.9", port: 514 }],
  ["tcp://log.example.com", { transport: "tcp", host: "log.example.com", port: 514 }],
  ["tls://log.example.com/", { transport: "tls", host: "log.example.com", port: 6514 }],
  ["tls://log.example.com:7000", { transport: "tls", host: "log.example.com", port: 7000 }],
  ["tcp://[2001:db8::1]:601", { transport: "tcp", host: "2001:db8::1", port: 601 }],
])("reads %s", (text, server) => {
  expect(readSyslogUrl(text)).toEqual(server)
})

it.each([
  "log.example.com:514",
  "http://log.example.com",
  "syslog://log.example.com",
  "udp://",
  "udp://log.example.com:0",
  "udp://log.example.com:70000",
  "tls://user:password@log.example.com",
  "tls://log.example.com/path",
  "tls://log.example.com?ca=x",
  "tls://log.example.com#x",
  "tcp://log example.com",
  "__proto__://log.example.com",
  "constructor://log.example.com",
  "",
])("refuses %s", (text) => {
  expect(readSyslogUrl(text)).toBeNull()
})
