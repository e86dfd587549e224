/** Replaces what must not be in a log, in a text. */
export type Scrub = (text: string) => string

// Shorter ones would turn up by chance.
const MIN_KNOWN_LENGTH = 8
const REPLACEMENT = "[scrubbed]"

// Tokens, flows, session tokens and what signs them are all 43 characters of base64url, wherever they turn up: in a path, a
// cookie or an error of somebody else's. A hash looks the same; losing one from a log costs little.
const SECRET_SHAPES = [
  /[A-Za-z0-9_-]{43,}/g,
  // The front of a link, also cut short or percent-encoded.
  /(?<=\/auth\/link\/|%2Fauth%2Flink%2F)(?!:token$)[^\s/?#"'<>\\]+/gi,
  // Credentials in a URL.
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#"'<>]*@/gi,
  /\bre_[A-Za-z0-9_]{8,}/g,
]

/** Knows the shapes of our secrets, and the secrets of this configuration by heart (P12). */
export function createScrub(secrets: readonly string[]): Scrub {
  const known = secrets.filter((secret) => secret.length >= MIN_KNOWN_LENGTH).sort((a, b) => b.length - a.length)
  return (text) => {
    if (text.length < MIN_KNOWN_LENGTH) return text
    let clean = text
    for (const secret of known) if (clean.includes(secret)) clean = clean.replaceAll(secret, REPLACEMENT)
    for (const shape of SECRET_SHAPES) clean = clean.replace(shape, replaceShape)
    return clean
  }
}

const replaceShape = (found: string): string => (found.endsWith("@") ? `${REPLACEMENT}@` : REPLACEMENT)
