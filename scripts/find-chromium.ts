import { ensureProgram, findProgram, programs } from "./ensure-program.ts"

/** The path of a Chromium: `CHROMIUM_PATH`, or what the machine has. Undefined when there is none. */
export const findChromium = (): string | undefined => findProgram(programs.chromium)

/** Finds Chromium, or installs it where that is ours to do; else throws, saying what to install. */
export const ensureChromium = (): Promise<string> => ensureProgram(programs.chromium)

if (import.meta.main) console.log(await ensureChromium())
