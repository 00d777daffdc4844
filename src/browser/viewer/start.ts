import { showDesk } from './desk.ts'
import { h } from './dom.ts'
import { askAtDoor } from './door.ts'
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
      const pieces = piecesOf(notices)
      const { text, marker } = readOutline(pieces)
      const engine = await connectEngine(script)
      const { headers } = pieces
      await engine.check(text, marker, headers)
      // The engine has its own copy by now; a large text twice in memory is what breaks phones.
      document.getElementById('payload')?.remove()
      askAtDoor(
        screen,
        engine,
        { passphrase: headers.passphrase !== null, keys: headers.keys !== null },
        refuse,
        showDesk,
      )
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
  const headers = { passphrase: textOf('for-passphrase'), keys: textOf('for-keys') }
  const around = [comment, policy?.content, document.title, textOf('notice-style'), textOf('viewer-style'), notices]
  return {
    whole: document.getElementById('whole') !== null,
    headers,
    payload: textOf('payload'),
    end: textOf('end'),
    tail,
    shell: [...around, headers.passphrase ?? '', headers.keys ?? ''].join('\n'),
  }
}
