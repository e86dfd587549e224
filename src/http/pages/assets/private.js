// A browser may bring a page back from its memory as it was, stored or not, though the person has signed out since.
// So what is private is hidden as it goes, and asked for anew when it comes back.
addEventListener("pagehide", () => {
  document.documentElement.hidden = true
})
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload()
})
