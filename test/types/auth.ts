// As the README has it, with every option that an application may take from its environment.
import { type LinklatchOptions, linklatch } from "linklatch"
import { resend } from "linklatch/resend"
import { smtp } from "linklatch/smtp"
import { sqlite } from "linklatch/sqlite"

const { LINKLATCH_SECRET = "", SMTP_URL, RESEND_API_KEY, ADMINS, SECRETS } = process.env
const from = "Shop <login@shop.example>"

export const options: LinklatchOptions = {
  baseUrl: "https://shop.example",
  siteName: "Shop",
  secret: SECRETS?.split(",") ?? LINKLATCH_SECRET,
  store: sqlite("auth.db"),
  mail: RESEND_API_KEY
    ? resend({ apiKey: RESEND_API_KEY, from })
    : SMTP_URL
      ? smtp({ url: SMTP_URL, from })
      : undefined,
  adminEmails: ADMINS?.split(","),
  signUp: ADMINS ? "allowlist" : undefined,
  allowedDomains: ["shop.example"],
  trustedProxies: ["10.0.0.0/8"] as const,
  linkTtlMinutes: 5,
  limits: { askClient: { max: 10, minutes: 15 }, askAddress: false, askBrowser: undefined },
  log: undefined,
}

export const auth = linklatch(options)
