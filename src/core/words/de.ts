import { deApi } from "./de-api.ts"
import type { Words } from "./words.ts"

export const de: Words = {
  locale: "de",
  device: germanDevice,
  mail: {
    subject: (siteName) => `Anmeldung bei ${siteName}`,
    preheader: (minutes) => `Ihr Link und Ihr Code. Sie gelten ${count(minutes, "Minute")}.`,
    title: (siteName) => `Bei ${siteName} anmelden`,
    lead: "Öffnen Sie diesen Link, um sich anzumelden:",
    button: "Anmelden",
    plainLink: "Wenn sich nichts öffnet, kopieren Sie diesen Link in Ihren Browser:",
    codeLead: "Oder geben Sie diesen Code in dem Browser ein, in dem Sie ihn angefordert haben:",
    lasts: (minutes) => `Link und Code gelten ${count(minutes, "Minute")} und nur für eine Anmeldung.`,
    device: "Angefordert in",
    unknownDevice: "einem unbekannten Browser",
    requestedAt: "Angefordert am",
    ignore: "Wenn Sie das nicht waren, ignorieren Sie diese Nachricht: Ohne sie kommt niemand hinein.",
    keepToYourself: "Geben Sie Link und Code an niemanden weiter, auch nicht an uns.",
  },
  api: deApi,
  pages: {
    layout: {
      developmentLabel: "Entwicklung",
      development: "Entwicklungsserver: E-Mails bleiben auf diesem Rechner.",
      mailbox: "Postfach öffnen",
      mistake: (title) => `Fehler: ${title}`,
    },
    signIn: {
      title: (siteName) => `Bei ${siteName} anmelden`,
      lead: "Wir schicken Ihnen per E-Mail einen Link und einen Code. Ein Passwort brauchen Sie nicht.",
      emailLabel: "E-Mail-Adresse",
      button: "Link anfordern",
      empty: "Geben Sie Ihre E-Mail-Adresse ein.",
      invalid: "An diese Adresse können wir nichts schicken. Prüfen Sie sie auf Tippfehler.",
      signedOut: "Sie sind in diesem Browser abgemeldet.",
      signedInAs: (address) => [
        "Sie sind als ",
        address,
        " angemeldet. Zum Wechseln geben Sie eine andere Adresse ein.",
      ],
      toAccount: "Zu Ihrem Konto",
    },
    checkMail: {
      title: "Sehen Sie in Ihr Postfach",
      onItsWay: (address) => ["Wenn sich ", address, " anmelden darf, ist eine Nachricht unterwegs."],
      lasts: (minutes) =>
        `Öffnen Sie den Link darin oder geben Sie hier den Code ein. Beides gilt ${count(minutes, "Minute")}.`,
      codeLabel: "Sechsstelliger Code",
      codeHint: "Mit der sechsten Ziffer wird er abgeschickt.",
      button: "Anmelden",
      wrongCode: (triesLeft) => `Der Code stimmt nicht. ${triesLeftOf(triesLeft)}`,
      notACode: "Der Code hat sechs Ziffern. Sehen Sie in der Nachricht nach und geben Sie ihn noch einmal ein.",
      supersededCode: "Dieser Code stammt aus einer älteren Nachricht. Nehmen Sie die neueste.",
      expiredCode: "Dieser Code ist abgelaufen. Fordern Sie eine neue Nachricht an.",
      codeSpent: "Zu viele falsche Codes. Öffnen Sie den Link in der Nachricht oder fordern Sie eine neue an.",
      matchNumber: "Wenn Sie den Link auf einem anderen Gerät öffnen, wird dort nach dieser Zahl gefragt",
      nothingYet: "Nichts angekommen? Sehen Sie auch im Spam-Ordner nach.",
      resend: "Nachricht erneut senden",
      resendIn: (seconds) => ["Erneut möglich in ", seconds, " s."],
      resendReady: "Sie können jetzt eine neue Nachricht anfordern.",
      reload: "Seite neu laden",
      otherAddress: "Andere Adresse verwenden",
    },
    elsewhere: {
      title: "Sie haben sich in einem anderen Browser angemeldet",
      text: (address) => [
        "Link oder Code für ",
        address,
        " wurden dort benutzt. Wenn es hier war, haben Sie sich seitdem abgemeldet.",
      ],
      button: "Auch hier anmelden",
      notYou:
        "Das waren nicht Sie? Melden Sie sich hier an, und melden Sie in Ihrem Konto die Browser ab, die Sie nicht kennen.",
    },
    link: {
      title: (siteName) => `Bei ${siteName} anmelden`,
      signsIn: (address) => ["Dieser Link meldet Sie als ", address, " an."],
      button: "Anmelden",
      busy: "Anmeldung läuft…",
      switchTitle: "Zu einer anderen Adresse wechseln?",
      signedInAs: (address) => ["In diesem Browser sind Sie als ", address, " angemeldet."],
      switchButton: "Wechseln und anmelden",
      stay: "Nicht wechseln",
      matchTitle: "Melden Sie sich gerade an?",
      matchText:
        "Dieser Link wurde in einem anderen Browser angefordert. Dort steht eine zweistellige Zahl: Geben Sie sie hier ein.",
      address: "Anmelden als",
      device: "Angefordert in",
      requestedAt: "Angefordert am",
      matchLabel: "Zweistellige Zahl",
      matchWrong: (triesLeft) => `Diese Zahl steht dort nicht. ${triesLeftOf(triesLeft)}`,
      notYou:
        "Sie haben den Link nicht angefordert? Schließen Sie diese Seite. Ohne die Zahl kommt hier niemand hinein.",
      onlyThereTitle: "Öffnen Sie den Link dort, wo Sie ihn angefordert haben",
      onlyThereText:
        "Dreimal wurde eine falsche Zahl eingegeben. Zu Ihrer Sicherheit gilt der Link nur noch in dem Browser, der ihn angefordert hat.",
    },
    linkProblem: {
      used: {
        title: "Dieser Link wurde schon benutzt",
        text: "Jeder Link gilt nur einmal. Wenn Sie das nicht waren, melden Sie sich neu an und beenden Sie die Sitzungen, die Sie nicht kennen.",
      },
      expired: {
        title: "Dieser Link ist abgelaufen",
        text: "Zu Ihrer Sicherheit gelten Links nur eine begrenzte Zeit. Fordern Sie einen neuen an.",
      },
      superseded: {
        title: "Dieser Link gilt nicht mehr",
        text: "Seitdem wurde ein neuerer verschickt, oder Sie haben sich angemeldet, überall abgemeldet oder wurden gesperrt. Nehmen Sie die neueste Nachricht oder fordern Sie eine weitere an.",
      },
      unknown: {
        title: "Dieser Link funktioniert nicht",
        text: "Vielleicht ist er unvollständig oder sehr alt. Kopieren Sie den ganzen Link aus der Nachricht oder fordern Sie einen neuen an.",
      },
      refused: {
        title: "Diese Adresse kann sich nicht anmelden",
        text: "Der Link war in Ordnung, aber diese Adresse hat hier keinen Zugang. Wenn sie ihn haben sollte, wenden Sie sich an den Betreiber dieser Website.",
      },
      newLinkFor: (address) => ["Wir können einen neuen an ", address, " schicken."],
      newLink: "Neuen Link anfordern",
      toSignIn: "Neuen Link anfordern",
      otherAddress: "Andere Adresse verwenden",
    },
    account: {
      title: "Ihr Konto",
      admin: "Verwaltung",
      signedOutElsewhere: "Erledigt. Diese Sitzung ist beendet.",
      sessions: "Wo Sie angemeldet sind",
      sessionsText: "Wenn Sie einen dieser Browser nicht kennen, melden Sie ihn ab.",
      current: "Dieser Browser",
      firstSeen: "Angemeldet",
      lastSeen: "Zuletzt aktiv",
      ip: "IP-Adresse",
      signOut: "Abmelden",
      signOutOf: (device) => `Abmelden: ${device}`,
      signOutEverywhere: "Überall abmelden",
      providers: "Wie Sie sich anmelden",
      providersText: "Alle Wege, die Sie schon benutzt haben.",
      providerNames: {
        magic_link: "Link per E-Mail",
        email_code: "Code per E-Mail",
        email: "E-Mail",
        passkey: "Passkey",
        google: "Google",
        linkedin: "LinkedIn",
      },
      firstUsed: "Zuerst benutzt",
      lastUsed: "Zuletzt benutzt",
      uses: (uses) => (uses === 1 ? "Einmal benutzt" : `${uses}-mal benutzt`),
    },
    signOut: {
      title: "Abmelden?",
      signedInAs: (address) => ["In diesem Browser sind Sie als ", address, " angemeldet."],
      button: "Abmelden",
      stay: "Angemeldet bleiben",
      nobodyTitle: "Sie sind abgemeldet",
      nobodyText: "In diesem Browser ist niemand angemeldet.",
      toSignIn: "Anmelden",
    },
    admin: {
      title: (name) => `Willkommen, ${name}`,
      text: "Sie verwalten diese Website.",
      toAccount: "Ihr Konto",
    },
    problem: {
      not_found: {
        title: "Diese Seite gibt es nicht",
        text: "Vielleicht ist die Adresse falsch geschrieben, oder die Seite wurde entfernt.",
      },
      method_not_allowed: {
        title: "Das geht hier nicht",
        text: "So lässt sich diese Seite nicht benutzen. Gehen Sie zurück und beginnen Sie auf der Seite selbst.",
      },
      cross_origin: {
        title: "Das kam von einer fremden Website",
        text: "Zu Ihrer Sicherheit nehmen wir nur Formulare unserer eigenen Seiten an. Öffnen Sie die Seite hier und versuchen Sie es noch einmal.",
      },
      rate_limited: {
        title: "Zu viele Versuche",
        text: "Aus Ihrem Netz kamen in kurzer Zeit viele Anfragen. Eine Nachricht, die Sie schon haben, gilt so lange, wie darin steht.",
      },
      forbidden: {
        title: "Diese Seite dürfen Sie nicht öffnen",
        text: "Sie sind angemeldet, aber diese Adresse hat hier keinen Zugang.",
      },
      bad_request: {
        title: "Das konnten wir nicht lesen",
        text: "Etwas fehlte oder war fehlerhaft. Gehen Sie zurück und versuchen Sie es noch einmal.",
      },
      too_large: {
        title: "Das war zu viel auf einmal",
        text: "Diese Seite nimmt nicht so viel entgegen. Gehen Sie zurück und versuchen Sie es noch einmal.",
      },
      unsupported_media_type: {
        title: "Das konnten wir nicht lesen",
        text: "Dieses Format nimmt die Seite nicht entgegen. Benutzen Sie die Seite selbst.",
      },
      unavailable: {
        title: "Das geht gerade nicht",
        text: "Etwas, das wir brauchen, antwortet nicht. Es ist nichts verloren: Versuchen Sie es gleich noch einmal.",
      },
      internal: {
        title: "Da ist etwas schiefgegangen",
        text: "Der Fehler liegt bei uns und ist vermerkt. Versuchen Sie es gleich noch einmal.",
      },
      retryAfter: (seconds) => `Versuchen Sie es in ${waitOf(seconds)} noch einmal.`,
      toSignIn: "Zur Anmeldung",
    },
    mailbox: {
      title: "Postfach der Entwicklung",
      text: "E-Mails, die verschickt worden wären, die neueste zuerst. Diese Seite gibt es nur während der Entwicklung.",
      empty: "Noch keine E-Mail. Fordern Sie auf der Anmeldeseite einen Link an: Sie erscheint hier von selbst.",
      to: "An",
      sentAt: "Gesendet",
      code: "Code",
      openLink: "Link öffnen",
      asHtml: "Als HTML zeigen",
      asText: "Text der Nachricht",
    },
  },
}

// Labels are made by one function, as "<browser> on <system>"; any other text stays as it is.
function germanDevice(label: string): string {
  const cut = label.lastIndexOf(" on ")
  const browser = cut === -1 ? label : label.slice(0, cut)
  const system = cut === -1 ? "" : ` unter ${label.slice(cut + " on ".length)}`
  return `${browser === "a browser" ? "ein Browser" : browser}${system}`
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "n"}`

const triesLeftOf = (triesLeft: number): string =>
  triesLeft === 1 ? "Noch ein Versuch." : `Noch ${triesLeft} Versuche.`

const waitOf = (seconds: number): string =>
  seconds < 90 ? count(seconds, "Sekunde") : count(Math.ceil(seconds / 60), "Minute")
