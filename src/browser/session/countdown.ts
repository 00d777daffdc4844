import { one } from '../page.ts'

/**
 * The question before a session ends by itself (WCAG 2.2.1): a modal dialog that takes the focus and gives it back, says
 * the time that is left at 30 and 10 seconds, and is answered by any key, a click or a touch.
 */
export const createCountdown = (dialog: HTMLDialogElement, stay: () => void) => {
  const number = one('data-countdown-left', dialog)
  const aloud = one('data-countdown-aloud', dialog)
  const say = (seconds: number) => {
    const text = seconds <= 10 ? dialog.dataset.aloud10 : seconds <= 30 ? dialog.dataset.aloud30 : ''
    if (aloud && aloud.textContent !== (text ?? '')) aloud.textContent = text ?? ''
  }

  /** The last end of a session can't be put off, only waited for. */
  let final = false
  let waited = false
  const answer = () => {
    if (final) {
      waited = true
      dialog.close()
    } else stay()
  }
  one('data-countdown-stay', dialog)?.addEventListener('click', answer)
  dialog.addEventListener('keydown', event => {
    event.preventDefault()
    answer()
  })
  dialog.addEventListener('cancel', event => {
    event.preventDefault()
    answer()
  })

  return {
    isOpen: () => dialog.open,
    /** @param left milliseconds until the end, @param from until when before it nothing is asked, @param last no putting off */
    show: (left: number, from: number, last: boolean) => {
      final = last
      if (left > from || (final && waited)) {
        if (dialog.open) dialog.close()
        return
      }
      dialog.toggleAttribute('data-final', final)
      if (!dialog.open) dialog.showModal()
      const seconds = Math.max(0, Math.ceil(left / 1000))
      if (number) number.textContent = String(seconds)
      say(seconds)
    },
  }
}
