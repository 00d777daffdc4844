import { all, one } from './page.ts'

/** The button that shows what was typed. It hides it again before the form goes, so that no browser keeps it as plain text. */
export const enhancePasswords = () => {
  for (const group of all('data-password')) {
    const input = group.querySelector('input')
    const toggle = one('data-password-toggle', group)
    if (!input || !toggle) continue

    const show = (shown: boolean) => {
      input.type = shown ? 'text' : 'password'
      toggle.setAttribute('aria-pressed', String(shown))
      toggle.textContent = (shown ? toggle.dataset.hide : toggle.dataset.show) ?? ''
    }
    toggle.hidden = false
    toggle.addEventListener('click', () => {
      show(input.type === 'password')
      input.focus()
    })
    input.form?.addEventListener('submit', () => {
      show(false)
    })
  }
}
