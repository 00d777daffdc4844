import { showDesk } from './desk.ts'
import { h } from './dom.ts'
import { askPassphrase } from './door.ts'
import { connectEngine } from './engine-worker.ts'
import { readOutline, type Pieces } from './file/marker.ts'
import { problemOf, type Problem } from './file/verdict.ts'
import { notice } from './notice.ts'
import { createScreen } from './screen.ts'
import { preferredLanguage, speak, t } from './words.ts'

/** Takes over from the notices that stand in the file, waits until all of it has been read, then judges it. */
export const start = () => {
  const script = document.currentScript?.textContent ?? ''
  const app = document.getElementById('app') ?? document.body.appendChild(h('div', { id: 'app' }))
  const notices = app.innerHTML
  document.head.append(h('style', {}, document.getElementById('viewer-style')?.textContent ?? ''))

  speak(preferredLanguage())
  const screen = createScreen(app)
  screen.show(() => h('main', { class: 'door' }, h('p', { role: 'status', class: 'waiting' }, t('checking'))))
  const refuse = (problem: Problem) => screen.show(() => notice(problem))

  document.addEventListener('DOMContentLoaded', async () => {
    try {
      const { text, marker } = readOutline(piecesOf(notices))
      const engine = await connectEngine(script)
      await engine.check(text, marker)
      // The engine has its own copy by now; a large text twice in memory is what breaks phones.
      document.getElementById('payload')?.remove()
      askPassphrase(screen, engine, refuse, showDesk)
    } catch (error) {
      refuse(problemOf(error))
    }
  })
}

const textOf = (id: string) => document.getElementById(id)?.textContent ?? null

const piecesOf = (notices: string): Pieces => {
  const end = document.getElementById('end')
  const policy = document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')
  const comment = [...document.head.childNodes].find(node => node.nodeType === Node.COMMENT_NODE)?.nodeValue
  let tail = ''
  for (let node = end?.nextSibling; node; node = node.nextSibling)
    tail += node instanceof Element ? node.outerHTML : (node.nodeValue ?? '')
  return {
    whole: document.getElementById('whole') !== null,
    payload: textOf('payload'),
    end: textOf('end'),
    tail,
    shell: [comment, policy?.content, document.title, textOf('notice-style'), textOf('viewer-style'), notices].join(
      '\n',
    ),
  }
}
