import type { TypedFields } from '../../platform/web/typed-fields.ts'

/** The last part of the names of fields that are chosen from a list, ticked, or stand hidden in their form. */
const chosen = new Set(
  [
    ['id', 'formId', 'version', 'revision', 'encoding', 'tray'],
    ['type', 'use', 'code', 'gender', 'language', 'relationship', 'dayOrder', 'secondSignIn', 'mayBeTold', 'handOver'],
    ['format', 'trouble'],
    ['groupsShown', 'wrongNumber', 'workList', 'availability', 'suggestedFrom'],
    ['interpreterNeeded', 'dropDigits', 'rememberMe'],
  ].flat(),
)
/** Lists of which every field is chosen or ticked, and of a number, whether it may be left a message. */
const chosenLists = /^(roles|columns|keyIds)\[|\]\[(text|voicemail|daysOfWeek\]\[\d+)\]$/

/** What a browser sends for a box that is ticked. */
const ticked = 'on'

/** Of what a draft keeps, the words that a person wrote: what a form held besides means nothing when it is read. */
export const writtenOf = (fields: TypedFields): string[] =>
  fields
    .filter(([name]) => !chosenLists.test(name) && !chosen.has(/(\w+)\]?$/.exec(name)?.[1] ?? ''))
    .map(([, text]) => text)
    .filter(text => text.trim() !== '' && text !== ticked)
