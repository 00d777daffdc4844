/**
 * Shows the buttons that print the page: without scripts the browser's own print command does it. A page that was opened to be
 * printed ("at-once") asks for the printer as it opens, but not when somebody reloads it or comes back.
 */
export const offerPrinting = () => {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => print())
    if (button.dataset.print === 'at-once' && wasOpened()) window.addEventListener('load', () => print())
  }
}

const wasOpened = () => {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return navigation?.type === 'navigate'
}
