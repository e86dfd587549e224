import fc from "fast-check"

/** Any text that JavaScript can hold. Unlike that of `unit: "binary"` it has halves of surrogate pairs, and doesn't take a second to begin. */
export const anyText = fc.string({ unit: fc.nat(0xff_ff).map((code) => String.fromCharCode(code)) })
