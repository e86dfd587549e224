import { guardsPython } from "./any-language.ts"
import { guardsASite } from "./guards-a-site.ts"
import { holdsAgainstLies } from "./holds-against-lies.ts"
import { passesAJwt } from "./passes-a-jwt.ts"
import { nginx } from "./start-nginx.ts"

guardsASite("nginx, by examples/nginx", nginx())
holdsAgainstLies("nginx, by examples/nginx, and a client that lies", nginx())
guardsPython("nginx, by examples/nginx, and Python", nginx())
passesAJwt(
  "nginx, by examples/nginx, and a JWT",
  nginx((site) => site.replace("/auth/verify; }", "/auth/verify?jwt=orders; }")),
)
