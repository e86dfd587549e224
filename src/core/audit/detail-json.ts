/**
 * What an event says, as its row keeps it: members in the order of their names, as in its leaf (RFC 8785). Then SQLite can put the leaf
 * together by itself, and verifying takes half the time. Any other order is as good, and slower.
 */
export function detailJson(detail: object): string {
  let before = ""
  for (const name in detail) {
    if (name < before) return JSON.stringify(inOrder(detail))
    before = name
  }
  return JSON.stringify(detail)
}

function inOrder(detail: object): object {
  const members = Object.entries(detail)
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)))
}
