/** What a person does is told to the server at most this often. */
const every = 30_000

/**
 * Reports what the person does: typing, pressing, moving, scrolling by wheel. Never what happens by itself.
 * @param report tells the server
 * @param atOnce whether a report may not wait (the countdown is open)
 */
export const followActivity = (report: () => void, atOnce: () => boolean) => {
  let reported = -Infinity
  let waiting: ReturnType<typeof setTimeout> | undefined

  const tell = () => {
    clearTimeout(waiting)
    waiting = undefined
    reported = Date.now()
    report()
  }
  const note = (event: Event) => {
    if (!event.isTrusted || isStill(event)) return
    const wait = reported + every - Date.now()
    if (wait <= 0 || atOnce()) tell()
    else waiting ??= setTimeout(tell, wait)
  }

  for (const kind of ['keydown', 'input', 'pointerdown', 'pointermove', 'wheel', 'touchstart'])
    document.addEventListener(kind, note, { capture: true, passive: true })
}

/** Browsers tell of a pointer that has not moved when the page moves under it. */
const isStill = (event: Event) =>
  event.type === 'pointermove' && event instanceof PointerEvent && event.movementX === 0 && event.movementY === 0
