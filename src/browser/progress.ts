import { all, one } from './page.ts'

type Answer = { done: boolean; value?: number; max?: number; text?: string }

const pause = 2000
const longestPause = 30_000

/** Asks every two seconds how far a job is, more rarely while the server does not answer, and loads the page anew at the end. */
export const followProgress = () => {
  for (const block of all('data-progress')) {
    const url = block.dataset.progressUrl
    if (!url) continue
    const link = one('data-without-script', block)
    if (link) link.hidden = true
    follow(block, url, pause)
  }
}

const follow = (block: HTMLElement, url: string, wait: number) => {
  setTimeout(() => {
    ask(url).then(
      answer => {
        if (answer.done) location.reload()
        else {
          show(block, answer)
          follow(block, url, pause)
        }
      },
      () => {
        follow(block, url, Math.min(wait * 2, longestPause))
      },
    )
  }, wait)
}

const ask = async (url: string) => {
  // The header says that nobody asked for this: it must not keep a session alive.
  const response = await fetch(url, {
    headers: { Accept: 'application/json', 'X-Ostoja-Background': '1' },
    redirect: 'manual',
  })
  // Signed out or gone: the page itself knows what to say about it.
  if (response.type === 'opaqueredirect' || [401, 403, 404].includes(response.status)) return { done: true }
  if (!response.ok) throw new Error(String(response.status))
  return (await response.json()) as Answer
}

const show = (block: HTMLElement, answer: Answer) => {
  const bar = block.querySelector('progress')
  if (bar && answer.max !== undefined && answer.value !== undefined) {
    bar.max = answer.max
    bar.value = answer.value
  }
  const text = one('data-progress-text', block)
  if (text && answer.text !== undefined && text.textContent !== answer.text) text.textContent = answer.text
}
