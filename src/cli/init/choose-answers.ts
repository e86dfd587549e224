import { basename } from "node:path"
import type { Environment } from "../../server/read-variables.ts"
import { type Answered, type AnswerName, type AnswerSource, type Answers, signUps } from "./answers.ts"
import type { FoundProject } from "./find-framework.ts"

export type Flags = Partial<Answers>

/** Everything that can be known without asking: what the file says already, then flags, then what lies near. */
export function chooseAnswers(values: Environment, flags: Flags, project: FoundProject, directory: string): Answered {
  const kept = keptAnswers(values)
  const near: Answers = {
    siteName: nameFrom(project.name ?? basename(directory)),
    baseUrl: "http://localhost:3000",
    adminEmails: [],
    signUp: "open",
    mail: "mailbox",
    framework: project.framework,
  }
  const source = (name: AnswerName): AnswerSource => {
    if (kept[name] !== undefined) return "kept"
    if (flags[name] !== undefined) return "flag"
    return name === "siteName" || name === "framework" ? "folder" : "default"
  }
  const sources = Object.fromEntries((Object.keys(near) as AnswerName[]).map((name) => [name, source(name)]))
  return { answers: { ...near, ...flags, ...kept }, sources: sources as Answered["sources"] }
}

function keptAnswers(values: Environment): Flags {
  const set = (name: string) => values[name]?.trim() || undefined
  const isSet = (name: string) => (set(name) ?? set(`${name}_FILE`)) !== undefined
  const siteName = set("SITE_NAME")
  const baseUrl = set("PUBLIC_BASE_URL")
  const admins = set("ADMIN_EMAILS")?.split(",")
  const signUp = signUps.find((one) => one === set("SIGN_UP"))
  const mail = isSet("SMTP_URL") ? "smtp" : isSet("RESEND_API_KEY") ? "resend" : undefined
  return {
    ...(siteName !== undefined && { siteName }),
    ...(baseUrl !== undefined && { baseUrl }),
    ...(admins !== undefined && { adminEmails: admins.map((email) => email.trim()) }),
    ...(signUp !== undefined && { signUp }),
    ...(mail !== undefined && { mail }),
  }
}

/** "Demo Shop" from `@example/demo-shop`. */
function nameFrom(text: string): string {
  const words = text
    .replace(/^@[^/]*\//, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "")
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ")
  return name.slice(0, 60).trim() || "My site"
}
