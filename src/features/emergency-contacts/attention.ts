import type { Actor } from '../../platform/actor.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { EmergencyContacts } from './emergency-contacts.ts'

type Needs = { contacts: Pick<EmergencyContacts, 'countToConfirm'>; translations: Translations }

/** Tells staff, on the start page, how many contacts wait to be confirmed. */
export const confirmationAttention =
  ({ contacts, translations }: Needs) =>
  async (actor: Actor, language: Language) => {
    if (!actor.roles.includes('staff')) return []
    const t = translations.to(language)
    const { all, wrong } = await contacts.countToConfirm(actor)
    const say = (key: string, count: number) => t(key, { count, number: count.toLocaleString(language) })
    return [
      ...(wrong > 0 ? [{ kind: 'danger', text: say('emergency-contacts:attention.wrong', wrong) }] : []),
      ...(all > 0 ? [{ kind: 'info', text: say('emergency-contacts:attention.toConfirm', all) }] : []),
    ].map(thing => ({ ...thing, href: '/contacts-to-confirm' }))
  }
