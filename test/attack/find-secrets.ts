// As long as the shortest thing that is looked for: a code.
const PREFIX = 6

/**
 * Which of the secrets stand in some bytes: as they are, as the bytes that they encode, or once more in base64, hex or
 * percent signs. Secrets have at least ten characters.
 */
export function findSecrets(bytes: Buffer, secrets: Iterable<string>): string[] {
  return secretFinder(secrets)(bytes)
}

/** The same, for many files. */
export function secretFinder(secrets: Iterable<string>): (bytes: Buffer) => string[] {
  return finder(secrets, formsOf)
}

// Ids and times hold many digits by chance: without them, a match of six digits is a code.
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g
const TIMES = /\[[0-9]{13}(?:,[0-9]{13})*\]/g

/** Which of the codes stand in some bytes as digits, in base64 or in hex. */
export function findCodes(bytes: Buffer, codes: Iterable<string>): string[] {
  const spellings = ["latin1", "base64", "hex"] as const
  const forms = (code: string) => spellings.map((spelling) => Buffer.from(code).toString(spelling))
  return finder(codes, forms)(Buffer.from(bytes.toString("latin1").replace(ID, "|").replace(TIMES, "|"), "latin1"))
}

// One pass for all secrets together: a database of some megabytes is searched for thousands of texts. At nearly each place the next
// three bytes tell that none begins there; where one may, because ids and tokens begin with the time, only its length is tried.
function finder(secrets: Iterable<string>, formsFor: (secret: string) => string[]): (bytes: Buffer) => string[] {
  const begins = new Uint8Array(2 ** 24)
  const lengths = new Map<string, Set<number>>()
  const secretOf = new Map<string, string>()
  for (const secret of secrets) {
    for (const form of formsFor(secret)) {
      const prefix = form.slice(0, PREFIX)
      begins[Buffer.from(prefix, "latin1").readUIntBE(0, 3)] = 1
      lengths.set(prefix, (lengths.get(prefix) ?? new Set()).add(form.length))
      secretOf.set(form, secret)
    }
  }
  return (bytes) => {
    const haystack = bytes.toString("latin1")
    const found = new Set<string>()
    let next = 0
    for (let end = 0; end < bytes.length; end++) {
      next = ((next << 8) | (bytes[end] ?? 0)) & 0xff_ff_ff
      if (begins[next] === 0) continue
      const at = end - 2
      for (const length of lengths.get(haystack.slice(at, at + PREFIX)) ?? []) {
        const secret = secretOf.get(haystack.slice(at, at + length))
        if (secret !== undefined) found.add(secret)
      }
    }
    return [...found]
  }
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
