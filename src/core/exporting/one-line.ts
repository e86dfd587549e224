// What JSON may hold as it is, and a reader of lines or a terminal would act on: DEL and C1 (CSI is one of them), other ends of
// lines, and what turns the direction of writing; `${` is what loggers look names up by (CVE-2021-44228).
const RISKY = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\$(?=\{)/g

/** A JSON text in one line of harmless characters, and of the same value. */
export function oneLine(json: string): string {
  return json.replace(RISKY, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
}
