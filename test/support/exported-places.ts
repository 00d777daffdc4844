import { createExportReader, exportWords } from '../../src/composition/emergency-export.ts'
import { formatOf, type FormatName } from '../../src/features/exports/formats/formats.ts'
import type { Actor } from '../../src/platform/actor.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import type { Rule } from '../../src/safe-to-contact/rules.ts'
import { sampleManifest } from './export-samples.ts'
import type { Ostoja } from './ostoja.ts'

/** What an export of a tenant holds, before it is sealed. */
export const exportedAs = async ({ features }: Ostoja, actor: Actor, name: FormatName): Promise<string> => {
  const format = formatOf(name, sampleManifest(), exportWords(loadTranslations()), 'en')
  const read = createExportReader({ ...features, contacts: features.emergencyContacts })
  let text = format.begin()
  let index = 0
  for await (const batch of read(actor, { withHidden: false }))
    for (const client of batch) text += format.client(client, index++)
  return text + format.end()
}

/** Folded lines made whole, and signs as they are meant (RFC 2426). */
export const unfolded = (vcards: string): string =>
  vcards
    .replaceAll('\r\n ', '')
    .replaceAll('\\n', '\n')
    .replaceAll(/\\([\\;,])/g, '$1')

/** How the payload of the viewer holds a rule. */
export const inJson = (rule: Rule): string => {
  switch (rule.code) {
    case 'known-by':
      return `"knownBy":${JSON.stringify(rule.who)}`
    case 'do-not-call':
      return `"doNotCallBetween":[${JSON.stringify(rule.between)}]`
    case 'reachable':
      return `"reachable":${JSON.stringify(rule.times)}`
    case 'wrong-number':
      return `"wrongSince":"${rule.since}"`
    default:
      return permission(rule.code, (name, value) => `"${name}":"${value}"`)
  }
}

/** How FHIR holds a rule: as a part of the extension of its telephone. */
export const inFhir = (rule: Rule): string => {
  const part = (url: string, kind: string, value: string) => `{"url":"${url}","${kind}":${JSON.stringify(value)}}`
  const times = ({ from, to }: { from: string; to: string }) =>
    [part('from', 'valueTime', `${from}:00`), part('to', 'valueTime', `${to}:00`)].join(',')
  switch (rule.code) {
    case 'known-by':
      return part('knownBy', 'valueString', rule.who)
    case 'do-not-call':
      return `{"url":"doNotCallBetween","extension":[${times(rule.between)}]}`
    case 'reachable':
      return rule.times
        .map(time => [...time.daysOfWeek.map(day => part('daysOfWeek', 'valueCode', day)), times(time)].join(','))
        .join(',')
    case 'wrong-number':
      return part('wrongSince', 'valueDate', rule.since)
    default:
      return permission(rule.code, (name, value) => part(name, 'valueCode', value))
  }
}

/** 'voicemail-not-allowed' says that `voicemail` is `not_allowed`. */
const permission = (code: string, say: (name: string, value: string) => string): string => {
  const [name = '', ...value] = code.split('-')
  return say(name, value.join('_'))
}
