import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { EmergencyContacts } from './emergency-contacts.ts'

type Needs = { contacts: Pick<EmergencyContacts, 'hintToConfirm' | 'countWithout'>; translations: Translations }

const mostCounted = 100

/** Tells staff, on the start page, how many contacts wait to be confirmed, and how many clients have none. */
export const confirmationAttention =
  ({ contacts, translations }: Needs) =>
  async (trx: Trx, actor: Actor, language: Language) => {
    if (!actor.roles.includes('staff')) return []
    const t = translations.to(language)
    const [{ all, wrong }, without] = await Promise.all([
      contacts.hintToConfirm(trx, actor, mostCounted + 1),
      contacts.countWithout(trx),
    ])
    const say = (key: string, count: number) =>
      t(key, { count, number: count > mostCounted ? `${mostCounted}+` : String(count) })
    const toConfirm = [
      ...(wrong > 0 ? [{ kind: 'danger', text: say('emergency-contacts:attention.wrong', wrong) }] : []),
      ...(all > 0 ? [{ kind: 'info', text: say('emergency-contacts:attention.toConfirm', all) }] : []),
    ].map(thing => ({ ...thing, href: '/contacts-to-confirm' }))
    if (without === 0) return toConfirm
    const number = new Intl.NumberFormat(language).format(without)
    const text = t('emergency-contacts:attention.without', { count: without, number })
    return [...toConfirm, { kind: 'warning', text, href: '/clients?contacts=none' }]
  }
