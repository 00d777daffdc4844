import { keepDrafts } from '../drafts/keep.ts'
import { followActivity } from './activity.ts'
import { createCountdown } from './countdown.ts'
import { blank, createServer, veil } from './server.ts'

const heartbeatMs = 40_000
const retryMs = 5000
/** A timer that comes so late tells that the computer slept. */
const sleptMs = 5000

/** What the tabs of one browser tell each other: when the session ends, or to ask the server. */
type End = { session: string; endsAt: number; from: number; final: boolean }
type Message = End | 'ask'

/**
 * Knows how long the session lasts, by the server's word only; asks before it ends, and at its end leaves nothing on the
 * screen. Works in every tab alike, whichever of them learns of a change first.
 */
export const watchSession = () => {
  const dialog = document.querySelector<HTMLDialogElement>('dialog[data-countdown]')
  if (!dialog) {
    // A page of nobody: whoever is still shown in another tab should ask.
    new BroadcastChannel('ostoja-session').postMessage('ask')
    return
  }
  const { owner = '', ticket = '', token = '' } = dialog.dataset
  const server = createServer({ owner, ticket, token, hasTyped: () => drafts.hasTyped() })
  const drafts = keepDrafts(server)
  let channel = listen()
  let end: End = { session: '', endsAt: Infinity, from: 0, final: false }
  let lastTick = Date.now()
  let over = false
  let atEnd: ReturnType<typeof setTimeout> | undefined

  function listen() {
    const opened = new BroadcastChannel('ostoja-session')
    opened.addEventListener('message', (event: MessageEvent<Message>) => {
      if (event.data !== 'ask' && event.data.session === end.session) learn(event.data)
      else void ask()
    })
    return opened
  }

  function learn(told: End) {
    end = told
    clearTimeout(atEnd)
    atEnd = setTimeout(tick, Math.max(0, end.endsAt - Date.now()))
    show()
  }
  function show() {
    countdown.show(end.endsAt - Date.now(), end.from, end.final)
  }

  function leave(to: string) {
    over = true
    drafts.flush()
    blank()
    location.replace(to)
  }

  async function ask(active = false) {
    if (over) return
    const askedAt = Date.now()
    const answer = await server.beat(active)
    // Another tab may have been first, or the page has been left meanwhile.
    if (over as boolean) return
    if (answer.state === 'live') {
      const { session, leftMs, askFromMs, final } = answer
      learn({ session, endsAt: askedAt + leftMs, from: askFromMs, final })
      veil(false)
      channel.postMessage(end)
    } else if (answer.state === 'over') {
      channel.postMessage('ask')
      leave('/signed-out')
    } else if (answer.state === 'other') leave('/')
    else setTimeout(() => void ask(active), retryMs)
  }

  function tick() {
    const now = Date.now()
    const slept = now - lastTick > sleptMs
    lastTick = now
    if (over || end.endsAt === Infinity) return
    if (now >= end.endsAt) veil(true)
    if (now >= end.endsAt || slept) void ask()
    else show()
  }

  const stay = () => void ask(true)
  const countdown = createCountdown(dialog, stay)
  followActivity(stay, countdown.isOpen)
  setInterval(tick, 1000)
  setInterval(() => void ask(), heartbeatMs)
  void ask()

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return
    tick()
    void ask()
  })
  // Before the next page is asked for, so that it can offer what was typed up to now.
  window.addEventListener('beforeunload', event => {
    if (over) return
    if (drafts.wouldLose()) event.preventDefault() // the browser asks its person
    drafts.flush()
  })
  window.addEventListener('pagehide', event => {
    if (over) return
    drafts.flush()
    server.leave()
    // An open channel would keep the page out of the back/forward cache; what comes back out of it comes back hidden.
    channel.close()
    if (event.persisted) veil(true)
  })
  window.addEventListener('pageshow', event => {
    if (!event.persisted) return
    veil(true)
    channel = listen()
    server.shownAgain()
    void ask()
  })
}
