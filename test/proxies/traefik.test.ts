import { guardsASite } from "./guards-a-site.ts"
import { simulatedTraefik } from "./simulate-traefik.ts"

// No Traefik runs here: this is its protocol, by examples/traefik, from a stand-in of our own.
guardsASite("Traefik's ForwardAuth, simulated", simulatedTraefik())
