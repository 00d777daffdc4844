import { all, one } from '../page.ts'

const fold = (text: string) =>
  text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ł', 'l').replaceAll('Ł', 'L').toLowerCase()

/** A long list of people narrows to those whose name holds what is typed; whoever is ticked stays in sight. */
export const enhancePickers = () => {
  for (const picker of all('data-picker')) {
    const filter = one('data-picker-filter', picker) as HTMLInputElement | null
    const status = one('data-picker-status', picker)
    const choices = all('data-picker-choice', picker)
    if (!filter || choices.length < 8) continue
    filter.hidden = false
    const narrow = () => {
      const wanted = fold(filter.value.trim())
      for (const choice of choices)
        choice.hidden = !fold(choice.textContent).includes(wanted) && !choice.querySelector('input')?.checked
      if (status) status.textContent = choices.every(choice => choice.hidden) ? (status.dataset.none ?? '') : ''
    }
    filter.addEventListener('input', narrow)
    // Enter in this box looks for a person; it must not send the message.
    filter.addEventListener('keydown', event => {
      if (event.key === 'Enter') event.preventDefault()
    })
  }
}

/** Control and Enter send an answer, as in any other program that one writes in all day. */
export const sendByKey = () => {
  const reply = one('data-reply') as HTMLTextAreaElement | null
  reply?.addEventListener('keydown', event => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) reply.form?.requestSubmit()
  })
}
