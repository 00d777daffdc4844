const IDLE_MS = 10 * 60_000
const LOOK_MS = 5000
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'scroll'] as const

/**
 * Calls `leave` once nobody has touched the page for ten minutes, or when the page is left: a browser may keep it whole, to
 * bring it back by "Back". Compares times instead of counting them, because a computer that slept counted nothing.
 * @returns ends the watching
 */
export const whenIdle = (leave: (because: 'idle' | 'left') => void) => {
  let last = Date.now()
  const note = () => {
    // The first touch after a sleep must not come before the judgement.
    if (!look()) last = Date.now()
  }
  const look = () => {
    const over = Date.now() - last >= IDLE_MS
    if (over) leave('idle')
    return over
  }
  const left = () => leave('left')
  const timer = setInterval(look, LOOK_MS)
  for (const sign of signs) addEventListener(sign, note, { passive: true, capture: true })
  addEventListener('pagehide', left)
  document.addEventListener('visibilitychange', look)
  return () => {
    clearInterval(timer)
    for (const sign of signs) removeEventListener(sign, note, { capture: true })
    removeEventListener('pagehide', left)
    document.removeEventListener('visibilitychange', look)
  }
}
