/** The minimum index that an `admin_action` says was pruned to; 0 for any other. */
export function prunedThrough(detail: string): number {
  try {
    const { action, minIndex } = JSON.parse(detail) as Record<string, unknown>
    return action === "audit_pruned" && Number.isSafeInteger(minIndex) ? (minIndex as number) : 0
  } catch {
    // No JSON: it says nothing.
    return 0
  }
}
