import { one } from './page.ts'

/** A page that came back with something wrong begins there, for the eye and for the screen reader. */
export const focusOnLoad = () => {
  one('data-focus-on-load')?.focus()

  const back = one('data-back')
  if (!back || history.length < 2) return
  back.hidden = false
  back.addEventListener('click', () => {
    history.back()
  })
}
