import { all, one } from '../page.ts'
import type { Listen } from '../session/stream.ts'
import { createThread } from './thread.ts'
import { refreshRows, refreshWaiting } from './waiting.ts'

/** Shows what comes while a page is open, in every tab. Nothing of this counts as something that somebody did. */
export const followMessages = (listen: Listen) => {
  if (all('data-message-count').length === 0 || !one('data-urgent')) return
  const thread = createThread()
  listen(({ what, id }) => {
    if (what !== 'messages' && what !== 'look') return
    void refreshWaiting()
    void refreshRows()
    thread.refresh(id)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return
    void refreshWaiting()
    thread.refresh('')
  })
}
