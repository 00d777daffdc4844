import { h, icon } from './dom.ts'
import type { Problem } from './file/verdict.ts'
import { t } from './words.ts'

/** The page that stands where the records would be: what is wrong with this file, and what to do. */
export const notice = (problem: Problem) =>
  h(
    'main',
    { class: 'door' },
    h(
      'section',
      { class: 'panel notice-panel', role: 'alert', 'data-problem': problem },
      icon('alert'),
      h('h1', {}, t(`${problem}.title`)),
      h('p', {}, t(`${problem}.text`)),
    ),
  )
