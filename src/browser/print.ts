/** Shows the buttons that print the page: without scripts the browser's own print command does it. */
export const offerPrinting = () => {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => print())
  }
}
