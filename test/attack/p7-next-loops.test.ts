import { expect, it } from "vitest"
import { askForMail } from "../app.ts"
import { ownApp } from "./own-app.ts"

it.each(["/auth/check-mail", "/auth/check-mail?a=b", "/auth/code", "/auth/%63heck-mail", "/auth/sign-in"])(
  "HDR-7 P7 next=%s sends nobody in circles after signing in",
  async (next) => {
    const app = ownApp()
    const asking = app.browser()
    const message = await askForMail(app, asking, "ada@example.com", next)
    const response = await asking.press(message)
    expect(response.headers.get("location")).toBe("/auth/account")
    expect((await asking.get("/auth/account")).status).toBe(200)
  },
)
