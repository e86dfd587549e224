// Sends the form of a link by itself where the page allows it, and keeps a second press from sending it twice.
const form = document.querySelector("form[action='/auth/link']")
const button = form?.querySelector("button")
const label = button?.textContent

form?.addEventListener("submit", () => {
  button.disabled = true
  button.textContent = button.dataset.busy
})

// A page that comes back from the browser's memory is as it was left: greyed out for good.
addEventListener("pageshow", (event) => {
  if (!event.persisted || !button) return
  button.disabled = false
  button.textContent = label
})

if (form?.hasAttribute("data-auto")) form.requestSubmit()
