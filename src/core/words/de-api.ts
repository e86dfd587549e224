import type { ApiWords } from "./words.ts"

export const deApi: ApiWords = {
  problem: {
    not_signed_in: { title: "Sie sind nicht angemeldet", text: "Melden Sie sich zuerst an, dann geht es weiter." },
    unknown_session: { title: "Diese Sitzung gibt es nicht", text: "Vielleicht ist sie schon beendet." },
    invalid_email: {
      title: "Das ist keine E-Mail-Adresse",
      text: "An diese Adresse können wir nichts schicken. Prüfen Sie sie auf Tippfehler.",
    },
    invalid_code: {
      title: "Das ist kein Code",
      text: "Der Code hat sechs Ziffern. Sehen Sie in der Nachricht nach und geben Sie ihn noch einmal ein.",
    },
    wrong_code: { title: "Der Code stimmt nicht", text: "Geben Sie den Code aus der neuesten Nachricht ein." },
    code_used: {
      title: "Dieser Code wurde schon benutzt",
      text: "Jede Nachricht gilt nur einmal. Wenn Sie das nicht waren, melden Sie sich neu an und beenden Sie die Sitzungen, die Sie nicht kennen.",
    },
    code_expired: { title: "Dieser Code ist abgelaufen", text: "Fordern Sie eine neue Nachricht an." },
    code_superseded: {
      title: "Dieser Code gilt nicht mehr",
      text: "Er stammt aus einer älteren Nachricht, oder Sie haben sich seitdem angemeldet. Nehmen Sie die neueste Nachricht.",
    },
    no_pending_sign_in: {
      title: "In diesem Browser meldet sich gerade niemand an",
      text: "Ein Code gilt in dem Browser, der ihn angefordert hat. Fordern Sie hier eine neue Nachricht an.",
    },
    wrong_browser: {
      title: "Dieser Link wurde in einem anderen Browser angefordert",
      text: "Dort steht eine zweistellige Zahl: Geben Sie sie hier ein.",
    },
  },
  body: (required, optional) =>
    `Schicken Sie ein JSON-Objekt mit ${fields(required, optional)}; sonst nichts. Alle Werte sind Text.`,
}

function fields(required: readonly string[], optional: readonly string[]): string {
  return optional.length === 0 ? quoted(required) : `${quoted(required)} und, wenn Sie wollen, ${quoted(optional)}`
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ")
