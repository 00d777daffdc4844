const sent = new Set<HTMLFormElement>()

/**
 * A form sent twice in a hurry goes once. Buttons are not disabled, since a disabled button would not send its own value.
 * Coming back to the page makes it sendable again; a form with data-submit-again (one that answers with a download) always is.
 */
export const guardSubmits = () => {
  document.addEventListener('submit', event => {
    const form = event.target
    // A form that its page handles itself has been cancelled by the time the event arrives here.
    if (event.defaultPrevented || !(form instanceof HTMLFormElement)) return
    if (form.method !== 'post' || 'submitAgain' in form.dataset) return
    if (sent.has(form)) {
      event.preventDefault()
      return
    }
    sent.add(form)
    markBusy(form, true)
  })

  window.addEventListener('pageshow', () => {
    for (const form of sent) markBusy(form, false)
    sent.clear()
  })
}

const markBusy = (form: HTMLFormElement, busy: boolean) => {
  form.toggleAttribute('aria-busy', busy)
  for (const button of form.querySelectorAll('button[type="submit"]')) {
    if (busy) button.setAttribute('aria-disabled', 'true')
    else button.removeAttribute('aria-disabled')
  }
}
