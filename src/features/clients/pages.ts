import type { Translate } from '../../platform/i18n/translations.ts'
import { languageChoices } from '../../platform/text/languages.ts'
import type { CountryCode } from '../../platform/text/phone.ts'
import type { Problems } from '../../platform/web/forms.ts'
import type { FormValues } from './form-values.ts'
import type { GroupChoice } from './needs.ts'
import { addressUses, ageOn, displayName, genders, listName, phoneTypes, type ClientProfile } from './profile.ts'
import { wordsFor } from './words.ts'

/** `today` is the day where the organisation is, 'YYYY-MM-DD'. */
type Locals = {
  t: Translate
  language: string
  country: CountryCode
  formatDate: (day: string) => string
  today: string
}

/** What every page of clients speaks with. */
export const spoken = (locals: unknown) => {
  const { t, language, country, formatDate, today } = locals as Locals
  return {
    words: wordsFor({ t, language, country, formatDate }),
    displayName,
    listName,
    /** At death, where somebody has died. */
    age: ({ birthDate, deceasedOn }: ClientProfile) => (birthDate ? ageOn(birthDate, deceasedOn ?? today) : null),
  }
}

/** What the form of a client needs: the values in it, what is wrong with them, and the choices there are. */
export const formPage = (
  locals: unknown,
  groups: readonly GroupChoice[],
  values: FormValues,
  problems: Problems = {},
) => {
  const { t, language } = locals as Locals
  const choices = (kind: string, codes: readonly string[]) =>
    codes.map(value => ({ value, text: t(`clients:${kind}.${value}`) }))
  return {
    values,
    problems: inOrder(problems),
    choices: {
      genders: choices('gender', genders),
      phoneTypes: choices('phone-type', phoneTypes),
      addressUses: choices('address-use', addressUses),
      groups,
      languages: languageChoices(
        language,
        values.languages.map(({ code }) => code),
      ),
    },
  }
}

/** The fields from the top of the form to its end: the order in which problems are told. */
const fromTheTop = [
  'givenNames',
  'familyName',
  'preferredName',
  'birthDate',
  'gender',
  'fileNumber',
  'alerts',
  'phones',
  'contacts',
  'languages',
  'addresses',
  'emails',
  'notes',
  'deceasedOn',
]

const inOrder = (problems: Problems): Problems => {
  const rank = (place: string) => fromTheTop.indexOf(place.split('.')[0]!)
  return Object.fromEntries(Object.entries(problems).sort(([one], [other]) => rank(one) - rank(other)))
}
