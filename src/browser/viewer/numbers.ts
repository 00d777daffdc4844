import type { ExportedContactPhone, ExportVocabulary } from '../../features/exports/index.ts'
import { isWarning, rulesOf } from '../../safe-to-contact/rules.ts'
import { callability, mayBeLinked } from '../../safe-to-contact/times.ts'
import { sayCallability, sayHours, sayRule } from '../../safe-to-contact/words.ts'
import { h, icon } from './dom.ts'
import { formatDay, t } from './words.ts'

type Phone = Omit<ExportedContactPhone, 'hours'> & { hours?: string }
/** Draws one telephone number of somebody: a link that calls, and every rule of calling it. */
export type ShowNumber = (name: string, phone: Phone) => HTMLElement

/** @param moment when and where it is, to say who is reachable now; null says nothing of that */
export const numbersIn =
  (words: ExportVocabulary['pl'], moment: { at: Date; timeZone: string } | null): ShowNumber =>
  (name, phone) => {
    const rules = rulesOf(phone)
    const isDialable = phone.dial !== null
    // What is said of this moment says already whether hours are stated.
    const hours = moment && !phone.hours ? '' : sayHours(words.rules, phone)
    return h(
      'div',
      { class: 'number' },
      callLink(name, phone, words.phoneType[phone.type] ?? phone.type, mayBeLinked(phone, moment)),
      moment && isDialable && now(phone, words, moment),
      !isDialable &&
        h(
          'p',
          { class: 'now now-not-now', 'data-now': 'not-now' },
          icon('alert'),
          words.rules.sentence['not-dialable'],
        ),
      hours !== '' && h('p', { class: 'call-hours', dir: 'auto' }, icon('clock'), h('span', {}, hours)),
      rules.length > 0 &&
        h(
          'ul',
          { class: 'rules' },
          ...rules.map(rule =>
            h(
              'li',
              { class: isWarning(rule.code) ? 'rule rule-warning' : 'rule', 'data-rule': rule.code, dir: 'auto' },
              isWarning(rule.code) && icon('alert'),
              sayRule(words.rules, rule, formatDay),
            ),
          ),
        ),
    )
  }

const signs = { now: 'check', 'not-stated': 'question', 'not-now': 'clock' } as const

const now = (phone: Phone, words: ExportVocabulary['pl'], { at, timeZone }: { at: Date; timeZone: string }) => {
  const callable = callability(phone, at, timeZone)
  return h(
    'p',
    { class: `now now-${callable.state}`, 'data-now': callable.state },
    icon(signs[callable.state]),
    sayCallability(words.rules, callable),
  )
}

const callLink = (name: string, phone: Phone, type: string, isLinked: boolean) => {
  const number = phone.extension
    ? `${phone.shown} ${t('contacts.extension', { number: phone.extension })}`
    : phone.shown
  const parts = [icon('call'), h('span', { class: 'call-number' }, number), h('span', { class: 'call-type' }, type)]
  // What can't be dialled, or must not ring, is no link: a telephone would dial whatever digits it finds, and a thumb may slip.
  if (!isLinked) return h('span', { class: 'call call-plain', dir: 'auto' }, ...parts.slice(1))
  return h(
    'a',
    { class: 'call', href: `tel:${phone.dial}`, 'aria-label': t('contacts.call', { name, number }) },
    ...parts,
  )
}
