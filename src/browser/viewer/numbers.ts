import type { ExportedContactPhone, ExportVocabulary } from '../../features/exports/index.ts'
import { isWarning, rulesOf } from '../../safe-to-contact/rules.ts'
import { callability } from '../../safe-to-contact/times.ts'
import { sayCallability, sayRule } from '../../safe-to-contact/words.ts'
import { h, icon } from './dom.ts'
import { digitsOf } from './fold.ts'
import { formatDay, t } from './words.ts'

type Phone = Omit<ExportedContactPhone, 'hours'> & { hours?: string }
/** Draws one telephone number of somebody: a link that calls, and every rule of calling it. */
export type ShowNumber = (name: string, phone: Phone) => HTMLElement

/** @param moment when and where it is, to say who is reachable now; null says nothing of that */
export const numbersIn =
  (words: ExportVocabulary['pl'], moment: { at: Date; timeZone: string } | null): ShowNumber =>
  (name, phone) => {
    const rules = rulesOf(phone)
    return h(
      'div',
      { class: 'number' },
      callLink(name, phone, words.phoneType[phone.type] ?? phone.type),
      moment && rules.length > 0 && now(phone, words, moment),
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

const now = (phone: Phone, words: ExportVocabulary['pl'], { at, timeZone }: { at: Date; timeZone: string }) => {
  const callable = callability(phone, at, timeZone)
  return h(
    'p',
    { class: callable.now ? 'now now-yes' : 'now now-no', 'data-now': String(callable.now) },
    icon(callable.now ? 'check' : 'clock'),
    sayCallability(words.rules, callable),
  )
}

const callLink = (name: string, phone: Phone, type: string) => {
  const number = readable(phone)
  return h(
    'a',
    { class: 'call', href: `tel:${dialled(phone)}`, 'aria-label': t('contacts.call', { name, number }) },
    icon('call'),
    h('span', { class: 'call-number' }, number),
    h('span', { class: 'call-type' }, type),
    phone.hours ? h('span', { class: 'call-hours' }, icon('clock'), t('contacts.hours', { hours: phone.hours })) : null,
  )
}

/** What the telephone dials: E.164, or else the digits as typed, with a plus that stood in front. */
const dialled = ({ number, typed }: Pick<Phone, 'number' | 'typed'>) =>
  number ?? (typed.trim().startsWith('+') ? '+' : '') + digitsOf(typed)

/** E.164 in groups that can be read out; a number of another shape as somebody typed it. */
const readable = ({ number, typed }: Pick<Phone, 'number' | 'typed'>) => {
  const polish = /^\+48(\d{3})(\d{3})(\d{3})$/.exec(number ?? '')
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number ?? '')
  if (polish) return `+48 ${polish.slice(1).join(' ')}`
  if (american) return `+1 ${american.slice(1).join(' ')}`
  return typed.trim() || number || ''
}
