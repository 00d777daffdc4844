import { one } from './page.ts'

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))

/** `/` goes to the search box and `?` shows the shortcuts, unless somebody is typing. */
export const listenForKeys = () => {
  const shortcuts = document.querySelector<HTMLDialogElement>('dialog[data-shortcuts]')
  const search = (one('data-search-first') ?? one('data-search')) as HTMLInputElement | null

  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || shortcuts?.open) return
    if (event.key === '/' && search) {
      event.preventDefault()
      search.focus()
      search.select()
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
