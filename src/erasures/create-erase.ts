import type { Auth } from "../auth.ts"
import { canonicalAddress } from "../core/addresses/canonical-address.ts"
import type { Context } from "../core/context.ts"
import { erasePerson, type ToErase } from "../core/erasing/erase-person.ts"
import { LinklatchError } from "../core/fault.ts"
import type { LinklatchOptions } from "../core/options.ts"
import { storableText } from "../core/storable-text.ts"
import { chooseJournal } from "./choose-journal.ts"

/** `auth.users.erase`. */
export function createErase(
  context: Context,
  option: NonNullable<LinklatchOptions["audit"]>["erasureJournal"],
): Auth["users"]["erase"] {
  return async (who) => {
    const chosen = chooseJournal(option, context.store)
    if (chosen.status === "missing") throw missingJournal()
    const erasing = { by: "application", journal: chosen.journal } as const
    const { marks: _, ...erased } = await erasePerson(context, readWho(who), erasing)
    return erased
  }
}

function readWho(who: Parameters<Auth["users"]["erase"]>[0]): ToErase {
  if ("userId" in who) return { userId: storableText(who.userId) }
  const typed = canonicalAddress(who.email)
  if (typed.status === "valid") return { address: typed.address }
  throw new LinklatchError("invalid_argument", "Nobody can be erased by what isn't a mail address.")
}

function missingJournal(): LinklatchError {
  const problem = "users.erase notes outside of the database whom it erases, and was not told where."
  const cure = "Set audit.erasureJournal to the path of a file that outlives a restored backup, or to false."
  return new LinklatchError("invalid_configuration", `${problem} ${cure}`, {
    faults: [{ setting: "audit.erasureJournal", problem, cure }],
  })
}
