import { randomUUID } from 'node:crypto'
import type { Features } from '../composition.ts'
import type { Actor } from '../platform/actor.ts'
import type { Language } from '../platform/i18n/translations.ts'
import type { RecordedRules } from '../safe-to-contact/rules.ts'

const groupNames: Record<Language, string[]> = {
  pl: ['Dom przy Długiej', 'Piętro 2', 'Nocny dyżur'],
  en: ['Harbour Lane house', 'Second floor', 'Night shift'],
}

/** Groups of an invented organisation. @returns their ids */
export const createGroups = async ({ groups }: Features, actor: Actor, language: Language): Promise<string[]> => {
  const ids: string[] = []
  for (const name of groupNames[language]) {
    const id = randomUUID()
    await groups.create(actor, { id, name })
    ids.push(id)
  }
  return ids
}

const others: Record<Language, { husband: string; office: string }> = {
  pl: { husband: 'były mąż czyta wiadomości', office: 'recepcja w pracy' },
  en: { husband: 'the former husband reads the messages', office: 'the front desk at work' },
}
const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const

/** The rules of a contact's number; the first of each page of the list has one that forbids. */
export const rulesOf = (language: Language, turn: number): RecordedRules => {
  const every: RecordedRules[] = [
    { voicemail: 'allowed', text: 'allowed', doNotCallBetween: [{ from: '22:00', to: '06:00' }] },
    { reachable: [{ daysOfWeek: [...workdays], from: '08:00', to: '16:00' }], knownBy: others[language].office },
    {},
    { reachable: [{ daysOfWeek: [], from: '00:00', to: '00:00' }], voicemail: 'not_allowed', text: 'allowed' },
  ]
  return every[turn % every.length]!
}

/** The rules of a client's own number. */
export const ownRules = (language: Language, turn: number): RecordedRules =>
  turn % 5 === 0 ? { voicemail: 'not_allowed', text: 'not_allowed', knownBy: others[language].husband } : {}

const said: Record<Language, string> = {
  pl: 'Proszę zadzwonić jeszcze raz po pracy.',
  en: 'Asked to be called again after work.',
}

/** A few calls of earlier days: one family was reached, at another the first number was wrong. */
export const createCalls = async (
  { emergencyCards, emergencyContacts, db }: Features,
  actor: Actor,
  language: Language,
  turn: number,
  clientId: string,
  contactIds: readonly string[],
) => {
  const outcomes =
    turn % 12 === 5
      ? (['no-answer', 'reached'] as const)
      : turn === 46
        ? (['wrong-number'] as const)
        : turn === 47
          ? (['no-answer'] as const)
          : []
  const contacts = await db.asTenant(actor, trx => emergencyContacts.ofClient(trx, actor, clientId))
  for (const [index, outcome] of outcomes.entries()) {
    const who = contactIds[index]
    const number = contacts[index]?.phones[0]?.typed
    if (who && number)
      await emergencyCards.logCall(actor, clientId, randomUUID(), {
        who,
        number,
        outcome,
        note: outcome === 'reached' ? said[language] : null,
      })
  }
}
