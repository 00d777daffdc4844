import { all, one } from './page.ts'

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))

/**
 * The emergency card: of the row that has the focus, or of the client whom the page is about. On a page with several clients the first
 * key only goes to the first one's: whom to call is never guessed.
 */
const openCard = () => {
  const links = all('data-card') as HTMLAnchorElement[]
  const row = document.activeElement?.closest('tr, li')
  const ofRow = row && (one('data-card', row) as HTMLAnchorElement | null)
  if (ofRow) ofRow.click()
  else if (links.length === 1) links[0]!.click()
  else links[0]?.focus()
}

/** `/` goes to the search box, `e` to the emergency card, and `?` shows the shortcuts, unless somebody is typing. */
export const listenForKeys = () => {
  const shortcuts = document.querySelector<HTMLDialogElement>('dialog[data-shortcuts]')
  const search = (one('data-search-first') ?? one('data-search')) as HTMLInputElement | null

  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || shortcuts?.open) return
    if (event.key === '/' && search) {
      event.preventDefault()
      search.focus()
      search.select()
    } else if (event.key === 'e') {
      openCard()
    } else if (event.key === '?' && shortcuts) {
      event.preventDefault()
      shortcuts.showModal()
    }
  })

  const opener = one('data-shortcuts-open')
  if (!opener || !shortcuts) return
  opener.hidden = false
  opener.addEventListener('click', () => {
    opener.closest('details')?.removeAttribute('open')
    shortcuts.showModal()
  })
}
