import { describe, expect, it } from "vitest"
import { readSmtpServerUrl } from "./smtp-server-url.ts"

const bare = { isImplicitTls: false, isLoopback: false, user: null, password: null }

describe("readSmtpServerUrl", () => {
  it.each([
    ["smtp://mail.example.com", { ...bare, host: "mail.example.com", port: 587 }],
    ["smtps://Mail.Example.com/", { ...bare, host: "mail.example.com", port: 465, isImplicitTls: true }],
    ["smtp://127.0.0.1:2525", { ...bare, host: "127.0.0.1", port: 2525, isLoopback: true }],
    ["smtp://localhost:25", { ...bare, host: "localhost", port: 25, isLoopback: true }],
    ["smtp://[::1]:25", { ...bare, host: "::1", port: 25, isLoopback: true }],
    ["smtp://a%40b:p%3A%2F@10.0.0.1", { ...bare, host: "10.0.0.1", port: 587, user: "a@b", password: "p:/" }],
  ])("reads %s", (text, server) => {
    expect(readSmtpServerUrl(text)).toEqual(server)
  })

  it.each([
    "mail.example.com:587",
    "http://mail.example.com",
    "smtp://",
    "smtp://mail.example.com/path",
    "smtp://mail.example.com?pool=false",
    "smtp://mail.example.com?tls.rejectUnauthorized=false",
    "smtp://mail.example.com#x",
    "smtp://user@mail.example.com",
    "smtp://:password@mail.example.com",
    "smtp://user:100%@mail.example.com",
    "smtp://mail example.com",
    undefined,
  ])("refuses %s (EML-8)", (text) => {
    expect(readSmtpServerUrl(text)).toBeNull()
  })

  it("takes only this very machine for this machine (EML-8)", () => {
    for (const host of ["127.0.0.2", "localhost.example.com", "0.0.0.0", "[::ffff:127.0.0.1]"]) {
      expect(readSmtpServerUrl(`smtp://${host}`)).toMatchObject({ isLoopback: false })
    }
  })
})
