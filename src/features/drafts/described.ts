import type { TypedFields } from '../../platform/web/typed-fields.ts'
import { writtenOf } from './written.ts'

/** Which form goes to an address: the first that fits. Each has its words in the catalogue (drafts:forms). */
const forms: readonly (readonly [RegExp, string])[] = [
  [/\/searches$|^\/erasures\/find$/, 'search'],
  [/^\/clients$/, 'newClient'],
  [/^\/clients\/[^/]+$/, 'client'],
  [/^\/clients\/[^/]+\/contacts$/, 'newContact'],
  [/^\/clients\/[^/]+\/contacts\/[^/]+$/, 'contact'],
  [/^\/clients\/[^/]+\/calls$/, 'call'],
  [/^\/clients\/[^/]+\/restriction$|^\/restricted-records\//, 'restriction'],
  [/\/erase$/, 'erasure'],
  [/^\/break-glass|\/break-glass$/, 'breakGlass'],
  [/\/replies$/, 'reply'],
  [/^\/messages|\/messages$/, 'message'],
  [/^\/groups/, 'group'],
  [/^\/imports/, 'import'],
  [/^\/exports/, 'export'],
  [/^\/accounts$/, 'newAccount'],
  [/^\/accounts\//, 'account'],
  [/^\/account\//, 'ownAccount'],
  [/^\/tenants$/, 'newTenant'],
  [/^\/tenants\/[^/]+\/administrator$/, 'newAccount'],
  [/^\/tenants\//, 'tenant'],
  [/^\/announcements/, 'announcement'],
  [/^\/settings$|^\/log\/watching$/, 'settings'],
]

/** The name of the form that goes to `action`, to be looked up in the catalogue. */
export const formOf = (action: string): string => forms.find(([pattern]) => pattern.test(action))?.[1] ?? 'other'

const formOfClient = /^\/clients\/([0-9a-f-]{36})\/(?:contacts|calls|restriction)/

/** The client for whom a form is that tells of somebody or something else: a contact, a call. */
export const clientOf = (action: string): string | null => formOfClient.exec(action)?.[1] ?? null

const longest = 60

/** Whom or what a draft is about, in the words that were typed: a name, else its beginning; empty where nothing was written. */
export const aboutOf = (fields: TypedFields): string => {
  const typed = (name: string) => fields.find(([known]) => known === name)?.[1].trim() ?? ''
  const name = `${typed('givenNames') || typed('givenName')} ${typed('familyName')}`.trim() || typed('name')
  const [first = ''] = name ? [name] : writtenOf(fields)
  const text = first.replace(/\s+/g, ' ').trim()
  return text.length > longest ? `${text.slice(0, longest).trimEnd()}…` : text
}
