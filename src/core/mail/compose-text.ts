import type { MessageContent } from "./compose-message.ts"

/** The part for readers without HTML. The link stands alone on its line, so that none takes a full stop for part of it. */
export function composeText(content: MessageContent): string {
  const { mail } = content.words
  const paragraphs = [
    mail.title(content.siteName),
    mail.lead,
    content.link,
    mail.codeLead,
    `${content.code.slice(0, 3)} ${content.code.slice(3)}`,
    mail.lasts(content.minutes),
    `${mail.device}: ${content.device}\n${mail.requestedAt}: ${content.requestedAt}`,
    `${mail.ignore}\n${mail.keepToYourself}`,
  ]
  return `${paragraphs.join("\n\n")}\n`
}
