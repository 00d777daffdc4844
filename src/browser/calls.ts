import { all, one } from './page.ts'

/** Whoever taps a number comes back to say how the call ended: the form for that is then open, with the number chosen. */
export const followCalls = () => {
  for (const link of all('data-call-link')) {
    link.addEventListener('click', () => {
      const item = link.closest<HTMLElement>('[data-call-item]')
      const outcome = item && (one('data-call-outcome', item) as HTMLDetailsElement | null)
      if (!outcome) return
      outcome.open = true
      for (const choice of outcome.querySelectorAll<HTMLInputElement>('input[type="radio"][name="number"]'))
        choice.checked = choice.value === link.dataset.callNumber
    })
  }
}
