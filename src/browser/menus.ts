import { all } from './page.ts'

/** A menu of the bar closes when one clicks or tabs elsewhere, and on Escape, which gives the focus back to its button. */
export const closeMenus = () => {
  const menus = all('data-menu') as HTMLDetailsElement[]

  const closeOthers = (target: EventTarget | null) => {
    for (const menu of menus) if (menu.open && target instanceof Node && !menu.contains(target)) menu.open = false
  }
  document.addEventListener('click', event => {
    closeOthers(event.target)
  })
  document.addEventListener('focusin', event => {
    closeOthers(event.target)
  })
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    for (const menu of menus) {
      if (!menu.open) continue
      menu.open = false
      menu.querySelector('summary')?.focus()
    }
  })
}
