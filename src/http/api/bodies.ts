import * as v from "valibot"

const optional = (description: string) => v.nullish(v.pipe(v.string(), v.description(description)))

/** What the JSON API takes. The OpenAPI file is made from it. */
export const signInBody = v.strictObject({
  email: v.pipe(v.string(), v.description("As the person typed it. It is made canonical and then checked.")),
  next: optional("Where to go after signing in: a path, or an address at an allowed origin. Anything else is dropped."),
})

export const linkBody = v.strictObject({
  token: v.pipe(v.string(), v.description("The last segment of the link in the mail.")),
  match: optional("In another browser than the one that asked: the two-digit number that is shown there."),
})

export const codeBody = v.strictObject({
  code: v.pipe(v.string(), v.description("Six digits as they were typed; blanks and hyphens don't matter.")),
})
