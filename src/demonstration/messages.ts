import { randomUUID } from 'node:crypto'
import type { Features } from '../composition.ts'
import type { Actor, Role } from '../platform/actor.ts'
import type { Language } from '../platform/i18n/translations.ts'
import { paperOf } from './paper.ts'

type Said = { subject: string; texts: readonly string[]; paper?: string }
const talks: Record<Language, { power: Said; daughter: Said; export: Said }> = {
  pl: {
    power: {
      subject: 'W czwartek nie będzie prądu',
      paper: 'Harmonogram wyłączeń.pdf',
      texts: [
        'Elektrownia wyłącza prąd w czwartek od 8:00 do 12:00. Naładujcie telefony i wydrukujcie karty alarmowe na dyżur.',
        'Karty wydrukowane, leżą w dyżurce.',
      ],
    },
    daughter: {
      subject: 'Córka prosi o telefon wieczorem',
      texts: [
        'Dzwoniła córka. Do piątku jest na szkoleniu, prosi, żeby dzwonić po 18:00.',
        'Dziękuję. Dopisałam to przy jej numerze.',
        'Świetnie, przekażę nocnej zmianie.',
      ],
    },
    export: {
      subject: 'Eksport przed długim weekendem',
      texts: ['Czy możemy zrobić świeży eksport do piątku? Ostatni jest sprzed dwóch tygodni.'],
    },
  },
  en: {
    power: {
      subject: 'No power on Thursday morning',
      paper: 'Planned outages.pdf',
      texts: [
        'The power is off on Thursday from 8 to 12. Charge your phones, and print the emergency cards for the shift.',
        'The cards are printed and lie in the office.',
      ],
    },
    daughter: {
      subject: 'Her daughter asks to be called in the evening',
      texts: [
        'Her daughter called. She is away on a course until Friday and asks us to call after six.',
        'Thank you. I have noted it beside her number.',
        'Good, I shall tell the night shift.',
      ],
    },
    export: {
      subject: 'An export before the long weekend',
      texts: ['Could we make a fresh export by Friday? The last one is two weeks old.'],
    },
  },
}

const everybody: Role[] = ['staff', 'administrator', 'security_officer']
type People = { staff: Actor; administrator: Actor; officer: Actor }

/** Three conversations: one to everybody, urgent and known to all; one about a client; one that nobody has read yet. */
export const createTalks = async (
  { attachments, messages }: Features,
  { staff, administrator, officer }: People,
  clientId: string,
  language: Language,
) => {
  const { power, daughter, export: wish } = talks[language]
  const begin = async (
    from: Actor,
    { subject, texts, paper }: Said,
    more: { roles?: Role[]; to?: Actor; urgent?: boolean; client?: string },
  ) => {
    const thread = randomUUID()
    const to = { roles: more.roles ?? [], accounts: more.to ? [more.to.accountId ?? 0] : [] }
    const tray = randomUUID()
    if (paper) await attachments.trays.putIn(from, tray, paperOf(paper, [subject, texts[0]!]))
    const form = { to, subject, text: texts[0]!, urgent: more.urgent ?? false, tray }
    await messages.start(from, { thread, message: randomUUID(), client: more.client ?? null }, form)
    return thread
  }
  const answer = (from: Actor, thread: string, text: string) =>
    messages.reply(from, thread, randomUUID(), { text, urgent: false })

  const powerId = await begin(administrator, power, { roles: everybody, urgent: true })
  for (const person of [staff, officer]) await messages.acknowledge(person, powerId, 1)
  await answer(staff, powerId, power.texts[1]!)
  await messages.read(administrator, powerId)

  const daughterId = await begin(staff, daughter, { to: officer, client: clientId })
  await messages.read(officer, daughterId)
  await answer(officer, daughterId, daughter.texts[1]!)
  await messages.read(staff, daughterId)
  await answer(officer, daughterId, daughter.texts[2]!)

  await begin(staff, wish, { roles: ['security_officer'] })
}
