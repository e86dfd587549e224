// CommonJS: `require` gets the ES module, which Node does since 22.12.
import linklatch = require("linklatch")
import node = require("linklatch/node")
import database = require("linklatch/sqlite")

const auth: linklatch.Auth = linklatch.linklatch({
  baseUrl: "https://shop.example",
  siteName: "Shop",
  secret: process.env["LINKLATCH_SECRET"] ?? "",
  store: database.sqlite("auth.db"),
})
node.mount(auth, undefined, { admin: true })
auth.session({ headers: { cookie: "a=b" } }).then((signedIn) => signedIn?.user.email.toUpperCase())
