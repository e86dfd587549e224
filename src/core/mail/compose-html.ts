import type { MessageContent } from "./compose-message.ts"

// Mail readers differ in what they keep: styles stand on the elements, and only what can't stand there (dark colours)
// stands in the head. No image, no font, no class that a reader without <style> would miss, nothing fetched.
const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
const STYLE = `
:root { color-scheme: light dark; supported-color-schemes: light dark }
@media (prefers-color-scheme: dark) {
  .page { background: #0d1214 !important; color: #e9eef0 !important }
  .card { background: #161d20 !important; border-color: #2b363b !important }
  .code { background: #0d1214 !important; border-color: #2b363b !important; color: #ffffff !important }
  .button { background: #5cc6da !important; border-color: #5cc6da !important; color: #04242b !important }
  .quiet { color: #a5b3b9 !important }
  .rule { border-color: #2b363b !important }
}`

/** The part that most people see: one button, the code, and what they need to judge whether it was them. */
export function composeHtml(content: MessageContent): string {
  const { locale, mail } = content.words
  return `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>${escapeHtml(mail.subject(content.siteName))}</title>
<style>${STYLE}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f5f6;color:#12191d;${FONT};font-size:16px;line-height:1.5">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escapeHtml(mail.preheader(content.minutes))}</div>
<div class="page" role="article" lang="${escapeHtml(locale)}" style="padding:24px 12px;background:#f3f5f6;color:#12191d;${FONT}">
<div class="card" style="max-width:448px;margin:0 auto;padding:28px 24px;background:#ffffff;border:1px solid #dbe1e4;border-radius:12px">
${signIn(content)}
${typeCode(content)}
${judge(content)}
</div>
</div>
</body>
</html>
`
}

// The link is marked up once: the plain one beneath is for copying, and readers make it a link by themselves (EML-4).
function signIn({ words: { mail }, siteName, link }: MessageContent): string {
  return `<h1 style="margin:0 0 20px;font-size:22px;line-height:1.3;font-weight:600;overflow-wrap:anywhere">${escapeHtml(mail.title(siteName))}</h1>
<p style="margin:0 0 20px"><a class="button" href="${escapeHtml(link)}" style="display:block;padding:0 16px;background:#0b6477;border:solid #0b6477;border-width:13px 0;border-radius:8px;color:#ffffff;font-weight:600;text-align:center;text-decoration:none">${escapeHtml(mail.button)}</a></p>
<p class="quiet" style="margin:0 0 4px;color:#4b5960;font-size:14px">${escapeHtml(mail.plainLink)}</p>
<p class="quiet" style="margin:0 0 24px;color:#4b5960;font-size:14px;word-break:break-all;overflow-wrap:anywhere">${escapeHtml(link)}</p>`
}

// The gap between the digits is drawn, not typed: copying gives six digits.
function typeCode({ words: { mail }, code, minutes }: MessageContent): string {
  const [first, last] = [code.slice(0, 3), code.slice(3)]
  return `<p style="margin:0 0 8px">${escapeHtml(mail.codeLead)}</p>
<p class="code" style="margin:0 0 20px;padding:10px 8px;background:#f3f5f6;border:1px solid #dbe1e4;border-radius:8px;color:#12191d;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:28px;line-height:1.3;font-weight:600;letter-spacing:2px;text-align:center;-webkit-user-select:all;user-select:all">${escapeHtml(first)}<span style="padding-left:14px">${escapeHtml(last)}</span></p>
<p style="margin:0 0 24px">${escapeHtml(mail.lasts(minutes))}</p>`
}

function judge({ words: { mail }, device, requestedAt }: MessageContent): string {
  return `<p class="quiet rule" style="margin:0 0 12px;padding:20px 0 0;border-top:1px solid #dbe1e4;color:#4b5960;font-size:14px">${escapeHtml(mail.device)}: ${escapeHtml(device)}<br>
${escapeHtml(mail.requestedAt)}: ${escapeHtml(requestedAt)}</p>
<p class="quiet" style="margin:0;color:#4b5960;font-size:14px">${escapeHtml(mail.ignore)} ${escapeHtml(mail.keepToYourself)}</p>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
