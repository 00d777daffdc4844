import { languageChoices } from '../../platform/text/languages.ts'
import type { Problems } from '../../platform/web/forms.ts'
import { mostPhones, phoneTypes } from './contact.ts'
import { relationshipGroups } from './relationships.ts'
import type { TypedContact } from './schema.ts'

type Page = {
  client: { id: string; displayName: string }
  /** The contact to change, or null for a new one, whose id is then `newId`. */
  contact: { id: string; version: number | null } | null
  newId: string | null
  values: TypedContact
  problems?: Problems
  /** Why what was typed is not saved although nothing in it is wrong. */
  trouble?: 'already-added' | 'changed' | 'removed'
  /** What is recorded now, where somebody else changed it meanwhile. */
  now?: TypedContact
}
type Rendered = { locals: { language?: unknown }; render: (view: string, locals: object) => void }

/** Shows the form of a contact, new or recorded. */
export const showForm = (res: Rendered, { client, contact, newId, values, problems = {}, trouble, now }: Page) => {
  const language = res.locals.language === 'en' ? 'en' : 'pl'
  res.render('emergency-contacts/form', {
    client,
    contact,
    newId,
    values,
    problems,
    trouble: trouble ?? null,
    differences: now
      ? (Object.keys(now) as (keyof TypedContact)[]).filter(
          field => JSON.stringify(now[field]) !== JSON.stringify(values[field]),
        )
      : [],
    now: now ?? null,
    ...formChoices(language, [values.language]),
  })
}

/** The choices that the fields of a contact offer. @param recorded codes of languages that must be among them */
export const formChoices = (language: string, recorded: readonly string[]) => ({
  relationshipGroups,
  languages: languageChoices(language, recorded),
  phoneTypes,
  mostPhones,
})
