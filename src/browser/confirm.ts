import { all, one } from './page.ts'

/** A two-step question closes with its Cancel button or Escape; without JavaScript its summary closes it. */
export const enhanceConfirms = () => {
  for (const question of all('data-confirm') as HTMLDetailsElement[]) {
    const close = () => {
      question.open = false
      question.querySelector('summary')?.focus()
    }
    const cancel = one('data-confirm-close', question)
    if (cancel) cancel.hidden = false
    cancel?.addEventListener('click', close)
    question.addEventListener('keydown', event => {
      if (event.key === 'Escape' && question.open) close()
    })
  }
}
