// As long as the shortest thing that is looked for: a code.
const PREFIX = 6

/**
 * Which of the secrets stand in some bytes: as they are, as the bytes that they encode, or once more in base64, hex or
 * percent signs. Secrets have at least ten characters.
 */
export function findSecrets(bytes: Buffer, secrets: Iterable<string>): string[] {
  return search(bytes.toString("latin1"), secrets, formsOf)
}

// Ids and times hold many digits by chance: without them, a match of six digits is a code.
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g
const TIMES = /\[[0-9]{13}(?:,[0-9]{13})*\]/g

/** Which of the codes stand in some bytes as digits, in base64 or in hex. */
export function findCodes(bytes: Buffer, codes: Iterable<string>): string[] {
  const spellings = ["latin1", "base64", "hex"] as const
  const forms = (code: string) => spellings.map((spelling) => Buffer.from(code).toString(spelling))
  return search(bytes.toString("latin1").replace(ID, "|").replace(TIMES, "|"), codes, forms)
}

// One pass for all secrets together: a database of some megabytes is searched for thousands of texts.
function search(haystack: string, secrets: Iterable<string>, formsFor: (secret: string) => string[]): string[] {
  const needles = new Map<string, { secret: string; form: string }[]>()
  for (const secret of secrets) {
    for (const form of formsFor(secret)) {
      const prefix = form.slice(0, PREFIX)
      const others = needles.get(prefix)
      if (others === undefined) needles.set(prefix, [{ secret, form }])
      else others.push({ secret, form })
    }
  }
  const found = new Set<string>()
  for (let at = 0; at + PREFIX <= haystack.length; at++) {
    for (const { secret, form } of needles.get(haystack.slice(at, at + PREFIX)) ?? []) {
      if (haystack.startsWith(form, at)) found.add(secret)
    }
  }
  return [...found]
}

function formsOf(secret: string): string[] {
  const contents = [Buffer.from(secret), Buffer.from(secret, "base64url")].filter(({ length }) => length >= 10)
  return contents.flatMap((content) => [
    content.toString("latin1"),
    content.toString("hex"),
    content.toString("hex").toUpperCase(),
    content.toString("base64").replace(/=+$/, ""),
    content.toString("base64url"),
    // Inside a longer text, base64 begins at any of three places.
    content.subarray(1).toString("base64").slice(0, -4),
    content.subarray(2).toString("base64").slice(0, -4),
    Array.from(content, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    encodeURIComponent(content.toString("latin1")),
  ])
}
