declare const brand: unique symbol

/** A string that only the function in charge of it can make: the compiler keeps a secret and its hash apart. */
export type Branded<Name extends string> = string & { readonly [brand]: Name }
