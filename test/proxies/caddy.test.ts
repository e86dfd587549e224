import { guardsPython } from "./any-language.ts"
import { guardsASite } from "./guards-a-site.ts"
import { holdsAgainstLies } from "./holds-against-lies.ts"
import { passesAJwt } from "./passes-a-jwt.ts"
import { caddy } from "./start-caddy.ts"

guardsASite("Caddy, by examples/caddy", caddy())
holdsAgainstLies("Caddy, by examples/caddy, and a client that lies", caddy())
guardsPython("Caddy, by examples/caddy, and Python", caddy())
passesAJwt(
  "Caddy, by examples/caddy, and a JWT",
  caddy((site) => site.replace("/auth/verify?\n", "/auth/verify?jwt=orders\n")),
)
