import type { Translate } from '../../platform/i18n/translations.ts'
import { languageName } from '../../platform/text/languages.ts'
import { newProfile, type ChangedField, type Profile } from './columns/profile.ts'
import type { Refusal, Warning } from './columns/read-row.ts'
import type { Reading } from './columns/guess.ts'
import type { ShownRow } from './readings.ts'
import { decisions, type Decision } from './states.ts'

export type Formats = { t: Translate; language: string; formatDate: (day: string | null) => string }

/** A row as the page shows it: texts only. */
export type RowOnPage = {
  id: string
  number: number
  outcome: string
  name: string
  facts: string[]
  clientId: string | null
  /** Whether that client is archived. */
  archived: boolean
  changes: { field: string; before: string; after: string }[]
  reasons: string[]
  warnings: string[]
  cells: { name: string; value: string }[]
  /** Of an undecided row: the record it seems to be about beside what the row says, and what can be decided. */
  sides: { field: string; recorded: string; inFile: string }[]
  /** Of one whose file number is somebody else's: the client who looks like the one it is about. */
  lookalike: {
    clientId: string
    archived: boolean
    sides: { field: string; recorded: string; inFile: string }[]
  } | null
  choices: Decision[]
  decision: Decision | null
}
/** What a page has beside them. `today` is the day where the organisation is, 'YYYY-MM-DD'. */
export type Locals = Formats & { formatNumber: (value: number) => string; today: string }

export const presentRow = (
  shown: ShownRow,
  header: readonly string[],
  { columns }: Pick<Reading, 'columns'>,
  formats: Formats,
): RowOnPage => {
  const { row, outcome, before, lookalike, given, changed, after } = shown
  const { t } = formats
  const person = after ?? { givenNames: given.givenNames ?? '', familyName: given.familyName ?? '' }
  const changes = before && after ? changed.map(field => ({ field, before: before.profile, after })) : []
  const open = outcome === 'undecided'
  return {
    id: row.id,
    number: row.number,
    outcome,
    name: [person.familyName, person.givenNames].filter(Boolean).join(', '),
    facts: after && outcome === 'new' ? factsOf(after, formats) : [],
    clientId: before?.id ?? null,
    archived: before?.archived ?? false,
    changes: changes.map(({ field, before: was, after: is }) => ({
      field: t(`imports:changed.${field}`),
      before: valueOf(field, was, formats),
      after: valueOf(field, is, formats),
    })),
    reasons: shown.refusals.map(refusal => reasonOf(refusal, t)),
    warnings: shown.warnings.map(warning => warningOf(warning, t)),
    cells: outcome === 'refused' || (open && !before) ? cellsOf(row.cells, header, columns) : [],
    sides: open && before ? sidesOf(before.profile, newProfile(given), formats) : [],
    lookalike:
      open && lookalike
        ? {
            clientId: lookalike.id,
            archived: lookalike.archived,
            sides: sidesOf(lookalike.profile, newProfile(given), formats),
          }
        : null,
    choices: open ? decisions.filter(decision => before || decision !== 'replace') : [],
    decision: row.decision,
  }
}

export const reasonOf = ({ code, field }: Refusal, t: Translate): string =>
  t(`imports:reason.${code}`, { field: field ? t(`imports:field.${field}`) : '' })

const warningOf = ({ code, field }: Warning, t: Translate): string =>
  t(`imports:warning.${code}`, { field: field ? t(`imports:field.${field}`) : '' })

const shownFields = [
  'birthDate',
  'deceasedOn',
  'gender',
  'languages',
  'interpreterNeeded',
  'phones',
  'emails',
  'addresses',
  'alerts',
  'notes',
] as const

/** A record and a row beside each other: what either says. */
const sidesOf = (recorded: Profile, inFile: Profile, formats: Formats): RowOnPage['sides'] => {
  const { t } = formats
  const telling = (profile: Profile, field: ChangedField) =>
    saysNothing(field, profile) ? '' : valueOf(field, profile, formats)
  return [
    { field: t('imports:field.fileNumber'), recorded: recorded.fileNumber, inFile: inFile.fileNumber },
    ...(['givenNames', 'familyName', 'preferredName', ...shownFields] as const).map(field => ({
      field: t(`imports:changed.${field}`),
      recorded: telling(recorded, field),
      inFile: telling(inFile, field),
    })),
  ].filter(side => side.recorded || side.inFile)
}

const saysNothing = (field: ChangedField, profile: Profile) =>
  (field === 'gender' && profile.gender === 'unknown') || (field === 'interpreterNeeded' && !profile.interpreterNeeded)

const factsOf = (profile: Profile, formats: Formats): string[] => {
  const facts = shownFields.map(field => ({ field, value: valueOf(field, profile, formats) }))
  const told = facts.filter(({ field, value }) => value && !saysNothing(field, profile))
  const number = profile.fileNumber ? [`${formats.t('imports:field.fileNumber')}: ${profile.fileNumber}`] : []
  return [...number, ...told.map(({ field, value }) => `${formats.t(`imports:changed.${field}`)}: ${value}`)]
}

const valueOf = (field: ChangedField, profile: Profile, { t, formatDate, language }: Formats): string => {
  switch (field) {
    case 'gender':
      return t(`imports:gender.${profile.gender}`)
    case 'birthDate':
    case 'deceasedOn':
      return formatDate(profile[field])
    case 'interpreterNeeded':
      return t(profile.interpreterNeeded ? 'imports:yes' : 'imports:no')
    case 'phones':
      return profile.phones.map(phone => phone.typed).join(', ')
    case 'addresses':
      return profile.addresses.map(placeOf).join('; ')
    case 'languages':
      return profile.languages.map(code => languageName(code, language)).join(', ')
    case 'emails':
    case 'alerts':
      return profile[field].join(', ')
    default:
      return profile[field] ?? ''
  }
}

const placeOf = ({ line, postalCode, city, region, country }: Profile['addresses'][number]) =>
  [line, [postalCode, city].filter(Boolean).join(' '), region, country].filter(Boolean).join(', ')

/** Of a refused row, what its imported columns hold, as it stands in the file; of a ragged one, everything. */
const cellsOf = (cells: readonly string[], header: readonly string[], columns: Reading['columns']) => {
  const ragged = cells.length > columns.length
  return cells
    .flatMap((value, index) =>
      value.trim() && (ragged || columns[index])
        ? [{ name: ragged ? '' : (header[index] ?? ''), value: value.slice(0, 200) }]
        : [],
    )
    .slice(0, 12)
}
