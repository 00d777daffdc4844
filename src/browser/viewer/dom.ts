type Child = Node | string | null | undefined | false
type Attributes = Record<string, string | boolean | ((event: Event) => void) | undefined>

/** Makes an element. `on…` attributes are listeners; text is always text, never markup. */
export const h = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (typeof value === 'string') element.setAttribute(name, value)
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false))
  return element
}

/** Outlines on a 24-unit grid, drawn with the current colour. */
const icons = {
  alert: 'M12 9v4m0 3.5v.01M10.3 4 2.6 17.5A2 2 0 0 0 4.3 20.5h15.4a2 2 0 0 0 1.7-3L13.7 4a2 2 0 0 0-3.4 0Z',
  arrow: 'M15 5l-7 7 7 7',
  call: 'M6.5 3.5h3l1.5 4-2 1.5a12 12 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2A17 17 0 0 1 4.5 5.7a2 2 0 0 1 2-2.2Z',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z',
  no: 'M5.6 5.6l12.8 12.8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  print:
    'M7 9V4h10v5M7 17H5a1.5 1.5 0 0 1-1.5-1.5v-5A1.5 1.5 0 0 1 5 9h14a1.5 1.5 0 0 1 1.5 1.5v5A1.5 1.5 0 0 1 19 17h-2M7 14h10v6H7v-6Z',
  question: 'M9.2 9.3a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.1-1.5 2.2m0 3v.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  search: 'M20 20l-4.5-4.5M17.5 10.8a6.8 6.8 0 1 1-13.6 0 6.8 6.8 0 0 1 13.6 0Z',
  talk: 'M4 5h16v11H10l-4.5 3.5V16H4V5Z',
} as const

export const icon = (name: keyof typeof icons) =>
  drawing(`<svg class="icon icon-${name}" viewBox="0 0 24 24" aria-hidden="true"><path d="${icons[name]}"/></svg>`)

/** The product's mark: a shelter that is open at the door, with somebody inside. */
export const mark = () =>
  drawing(
    '<svg class="mark-sign" viewBox="0 0 32 32" aria-hidden="true"><path d="M9.2 26.2a12.2 12.2 0 1 1 13.6 0"/>' +
      '<path class="mark-person" d="M16 9.2a4.2 4.2 0 0 1 2.05 7.86l2.3 8.7a1.1 1.1 0 0 1-1.06 1.38h-6.58a1.1 1.1 0 0 1' +
      '-1.06-1.38l2.3-8.7A4.2 4.2 0 0 1 16 9.2Z"/></svg>',
  )

/** Parsed rather than built: building needs the SVG namespace, whose name reads like a network address. */
const drawing = (constantMarkup: string) => {
  const template = document.createElement('template')
  template.innerHTML = constantMarkup
  return template.content
}
