import { z } from 'zod'
import type { Actor } from '../../platform/actor.ts'
import type { Trx } from '../../platform/db/tenant.ts'
import { areAllDialable, type CountryCode } from '../../platform/text/phone.ts'
import { readForm } from '../../platform/web/forms.ts'
import { mostContacts } from './contact.ts'
import type { EmergencyContacts } from './emergency-contacts.ts'
import { formChoices } from './form-page.ts'
import { contactForm, typedContact, typedRows, type TypedContact } from './schema.ts'

type Locals = { language: string; today: string; country: CountryCode }

/**
 * The contacts that a new client begins with, out of the client's form: `contacts[0][name]` and so on, each as the form of a
 * contact sends it. Blocks in which nothing was written are left out.
 * @param more whether to show one more empty block than the form had
 */
export const readFirstContacts =
  (contacts: Pick<EmergencyContacts, 'addFirst' | 'areExactly'>) =>
  (locals: unknown, body: unknown, more = false) => {
    const { language, today, country } = locals as Locals
    const sent = typedRows((body as { contacts?: unknown } | undefined)?.contacts).map(typedContact)
    const typed = sent.filter(isWrittenIn)
    const schema = z.object({ contacts: z.array(contactForm(today, country)).max(mostContacts, 'problems:too-many') })
    const form = readForm(schema, { contacts: typed })
    const read = form.ok ? form.data.contacts : []
    const empty = more ? Array.from({ length: sent.length - typed.length }, () => typedContact({})) : []
    return {
      page: {
        firstContacts: [...typed, ...empty],
        mostContacts,
        contactChoices: formChoices(
          language,
          typed.map(contact => contact.language),
        ),
      },
      problems: form.ok ? {} : form.problems,
      dialable: read.every(({ phones }) => areAllDialable(phones, country)),
      add: (trx: Trx, actor: Actor, clientId: string) => contacts.addFirst(trx, actor, clientId, read),
      areThere: (trx: Trx, actor: Actor, clientId: string) => contacts.areExactly(trx, actor, clientId, read),
    }
  }

/** A choice between yes and no cannot be taken back, and alone it says nothing. */
const isWrittenIn = ({ mayBeTold: _, phones, ...texts }: TypedContact) =>
  phones.length > 0 || Object.values(texts).some(text => text.trim() !== '')
