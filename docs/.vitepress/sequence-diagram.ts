// GitHub draws Mermaid itself. The site has to, and Mermaid's own code is larger than all pages together: this draws as
// much of a sequence diagram as ours use, and fails the build at what it doesn't know.

interface Participant {
  readonly id: string
  readonly name: string
}

interface Message {
  readonly from: string
  readonly to: string
  readonly isAnswer: boolean
  readonly text: string
}

const COLUMN = 142
const ROW = 34
const TOP = 56
const LETTER = 6.6

/** A Mermaid sequence diagram as SVG, in the colours of the page. */
export function drawSequence(source: string): string {
  const { participants, messages } = readSequence(source)
  const column = new Map(participants.map(({ id }, index) => [id, COLUMN / 2 + index * COLUMN]))
  const width = participants.length * COLUMN
  const height = TOP + messages.length * ROW + 16
  const text = messages.map(({ from, to, text: words }, index) => `${index + 1}. ${from} to ${to}: ${words}`).join("\n")
  const parts = [
    `<title>${escapeHtml(text)}</title>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    ...participants.map((participant) => drawParticipant(participant, column.get(participant.id) ?? 0, height)),
    ...messages.map((message, index) => drawMessage(message, index, column)),
  ]
  return `<div class="sequence" tabindex="0"><svg role="img" viewBox="0 0 ${width} ${height}">${parts.join("")}</svg></div>\n`
}

function readSequence(source: string): { participants: Participant[]; messages: Message[] } {
  const participants: Participant[] = []
  const messages: Message[] = []
  const [first, ...lines] = source.split("\n").map((line) => line.trim())
  if (first !== "sequenceDiagram") throw new Error(`This diagram can't be drawn: ${first}`)
  for (const line of lines.filter((one) => one !== "" && one !== "autonumber")) {
    const participant = /^participant (\w+) as (.+)$/.exec(line)
    const message = /^(\w+)(-->>|->>)(\w+): (.+)$/.exec(line)
    if (participant !== null) participants.push({ id: participant[1] ?? "", name: participant[2] ?? "" })
    else if (message !== null) messages.push(readMessage(message))
    else throw new Error(`This line of a diagram can't be drawn: ${line}`)
  }
  return { participants, messages }
}

function readMessage([, from = "", arrow, to = "", text = ""]: RegExpExecArray): Message {
  return { from, to, isAnswer: arrow === "-->>", text }
}

function drawParticipant({ name }: Participant, x: number, height: number): string {
  return (
    `<line x1="${x}" y1="36" x2="${x}" y2="${height}"/>` +
    `<rect class="frame" x="${x - 62}" y="4" width="124" height="32" rx="6"/>` +
    `<text x="${x}" y="25" text-anchor="middle">${escapeHtml(name)}</text>`
  )
}

function drawMessage(
  { from, to, isAnswer, text }: Message,
  index: number,
  column: ReadonlyMap<string, number>,
): string {
  const [start = 0, end = 0] = [column.get(from), column.get(to)]
  const y = TOP + index * ROW + 18
  const words = `${index + 1} ${text}`
  // Not past either edge, as far as a width can be told from the number of letters.
  const half = (words.length * LETTER) / 2
  const x = Math.min(Math.max((start + end) / 2, half), column.size * COLUMN - half)
  return (
    `<text x="${x}" y="${y - 6}" text-anchor="middle">${escapeHtml(words)}</text>` +
    `<line${isAnswer ? ' class="answer"' : ""} x1="${start}" y1="${y}" x2="${end}" y2="${y}" marker-end="url(#tip)"/>`
  )
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
