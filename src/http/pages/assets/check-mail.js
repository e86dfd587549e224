// Three comforts of the page that waits for a mail: it goes on by itself once the link was opened in this browser,
// takes the code as it is typed or pasted, and counts down to the next message. The page works without them.
const FIRST_DELAY = 3_000
const LONGEST_DELAY = 15_000
const GIVE_UP_AFTER = 20 * 60_000

watchForSignIn()
takeCode(document.querySelector("[data-code]"))
countDown(document.querySelector("[data-resend-in]"))

function watchForSignIn() {
  const startedAt = performance.now()
  let delay = FIRST_DELAY
  let isLooking = false
  let timer = setTimeout(look, delay)

  async function look() {
    clearTimeout(timer)
    if (isLooking || document.hidden || performance.now() - startedAt > GIVE_UP_AFTER) return
    isLooking = true
    const isOver = await isOverNow()
    isLooking = false
    // Not a reload: after a wrong code this page is the answer to a form, and would send it again.
    if (isOver) return location.replace("/auth/check-mail")
    delay = Math.min(delay * 1.1, LONGEST_DELAY)
    timer = setTimeout(look, delay)
  }

  // Whoever comes back from the mail wants to go on at once.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void look()
  })
}

// The page answers with a redirect as soon as there is nothing more to wait for: on, or to what was done elsewhere.
async function isOverNow() {
  try {
    const response = await fetch("/auth/check-mail", { redirect: "manual", cache: "no-store" })
    return response.type === "opaqueredirect"
  } catch {
    // No network for a moment: the next look will tell.
    return false
  }
}

function takeCode(input) {
  if (!input) return
  const hint = document.getElementById("code-hint")
  hint.hidden = false
  input.setAttribute("aria-describedby", [hint.id, input.getAttribute("aria-describedby")].filter(Boolean).join(" "))
  let isSent = false
  input.addEventListener("input", () => {
    const digits = input.value.replace(/[^0-9]/g, "").slice(0, 6)
    if (digits !== input.value) input.value = digits
    if (digits.length !== 6 || isSent) return
    isSent = true
    input.form.requestSubmit()
  })
  addEventListener("pageshow", () => {
    isSent = false
  })
}

function countDown(form) {
  if (!form) return
  const opensAt = performance.now() + Number(form.dataset.resendIn) * 1_000
  const wait = form.querySelector("[data-wait]")
  const seconds = form.querySelector("[data-seconds]")
  const ready = form.querySelector("[data-ready]")
  form.querySelector("[data-reload]").hidden = true
  const timer = setInterval(() => {
    const left = Math.ceil((opensAt - performance.now()) / 1_000)
    seconds.textContent = String(Math.max(left, 0))
    if (left > 0) return
    clearInterval(timer)
    wait.hidden = true
    form.querySelector("button").disabled = false
    ready.textContent = ready.dataset.ready
  }, 1_000)
}
